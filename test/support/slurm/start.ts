// A Slurm to try things on: `npx tsx test/support/slurm/start.ts '{"nodes":2,"accounting":true}'`.
// It lives until Ctrl-C, and then nothing of it is left.
import { once } from "node:events";
import type { SlurmOptions } from "./options.ts";
import { startSlurm } from "./slurm.ts";

const slurm = await startSlurm(JSON.parse(process.argv[2] ?? "{}") as SlurmOptions);
process.stdout.write(`export SLURM_CONF=${slurm.environment.SLURM_CONF}\n`);
process.stderr.write(
  `nodes ${slurm.nodes.join(", ")}; logs in ${slurm.folder}/log; Ctrl-C ends it\n`,
);
const stay = setInterval(() => undefined, 1 << 30);
await Promise.race([once(process, "SIGINT"), once(process, "SIGTERM")]);
clearInterval(stay);
await slurm.stop();
