// Imported into a measured Node before anything else: leaves what the process used in the file that BENCH_USAGE names.
import { writeFileSync } from "node:fs";

const file = process.env["BENCH_USAGE"] ?? "";
delete process.env["BENCH_USAGE"];
delete process.env["NODE_OPTIONS"];
process.on("exit", () => {
  const { userCPUTime, systemCPUTime, maxRSS } = process.resourceUsage();
  writeFileSync(
    file,
    JSON.stringify({
      user: userCPUTime / 1e6,
      sys: systemCPUTime / 1e6,
      cpu: (userCPUTime + systemCPUTime) / 1e6,
      memory: maxRSS / 1024,
    }),
  );
});
