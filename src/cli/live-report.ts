import { hostname, userInfo } from "node:os";
import { keepWriting } from "../app/report/keep-writing.ts";
import type { ReportOptions } from "../app/report.ts";
import type { Effects } from "../core/effects.ts";
import { valueOr } from "../core/errors.ts";
import { plural } from "../core/quantities.ts";
import { endOnSignal } from "../process/signals.ts";
import type { ReportFormat } from "../reports/formats.ts";
import { serveReport } from "../serving/serve-report.ts";
import type { CollectedState } from "../storage/collected-state.ts";
import { writeFileAtomic } from "../workspace/atomic.ts";
import { fromHere, print } from "./output.ts";

interface Live extends ReportOptions {
  /** Between two looks. */
  readonly seconds: number;
}

/** `bsweep report --serve` */
export async function serve(
  options: Live & { readonly port: number },
  effects: Effects,
): Promise<void> {
  const { signal, release } = endOnSignal();
  const onReady = ({ url, port }: { url: string; port: number }): void => {
    print(`${url}  (Ctrl-C ends)`);
    print(`from another machine, first: ${formatTunnel(port)}`);
  };
  await serveReport({ ...options, signal, onReady }, effects).finally(release);
}

function formatTunnel(port: number): string {
  const user = valueOr("USER", () => userInfo().username);
  return `ssh -N -L ${port}:127.0.0.1:${port} ${user}@${hostname()}`;
}

/** `bsweep report --watch` */
export async function rewrite(
  options: Live,
  { path, format }: { readonly path: string; readonly format: ReportFormat },
  effects: Effects,
  make: (options: ReportOptions, quiet: Effects) => Promise<string | Uint8Array>,
): Promise<void> {
  const { signal, release } = endOnSignal();
  const write = async (
    reported: ReportOptions,
    collected: CollectedState,
    quiet: Effects,
  ): Promise<void> => {
    const made = await make(reported, quiet);
    await format.checkReplaced?.(path);
    writeFileAtomic(path, made);
    print(formatWritten(path, collected, effects.now()));
  };
  await keepWriting({ ...options, signal, write }, effects).finally(release);
}

/** `14:03:22  report.html: 12 results, 3 trials to come` */
function formatWritten(path: string, { results, open }: CollectedState, now: Date): string {
  const left = open === 0 ? "nothing left to come" : `${plural(open, "trial")} to come`;
  const clock = now.toTimeString().slice(0, 8);
  return `${clock}  ${fromHere(path)}: ${plural(results, "result")}, ${left}`;
}
