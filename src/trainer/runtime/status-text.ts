import type { RuntimeStatus } from "./status.ts";

/** The status for a person: one fact a line, what is not there as a dash. */
export function formatRuntimeStatus(status: RuntimeStatus): string {
  const threads = Object.entries(status.threads).map(([name, value]) => `${name}=${value ?? "-"}`);
  const rows: [string, string | null][] = [
    ["works", status.works ? "yes" : `no: ${status.reason ?? "unknown"}`],
    ["TensorFlow", status.tensorflow],
    ["tfjs-node", status.tfjsNode],
    ["library", status.library],
    ["binding", status.binding],
    ["Node", status.node],
    ["CPU", `${status.cpu.model}, ${status.cpu.cores} cores`],
    ["features", status.cpu.features.join(" ") || null],
    ["threads", `${threads.join(" ")} (a trial sets its own)`],
  ];
  return rows.map(([name, value]) => `${name.padEnd(11)} ${value ?? "-"}`).join("\n");
}
