import { plural } from "../../core/quantities.ts";
import type { RuntimeStatus } from "./status.ts";

/** The status for a person: one fact a line, what is not there as a dash. */
export function formatRuntimeStatus(status: RuntimeStatus): string {
  const threads = Object.entries(status.threads).map(([name, value]) => `${name}=${value ?? "-"}`);
  const rows: [string, string | null][] = [
    ["works", status.works ? "yes" : `no: ${status.reason ?? "unknown"}`],
    ["TensorFlow", formatBuild(status)],
    ["tfjs-node", status.tfjsNode],
    ["library", status.library],
    ["binding", status.binding],
    ["Node", status.node],
    ["CPU", `${status.cpu.model}, ${plural(status.cpu.cores, "core")}`],
    ["features", status.cpu.features.join(" ") || null],
    ["GPUs", formatGpus(status)],
    ["threads", `${threads.join(" ")} (a trial sets its own)`],
  ];
  return rows.map(([name, value]) => `${name.padEnd(11)} ${value ?? "-"}`).join("\n");
}

function formatBuild({ tensorflow, build }: RuntimeStatus): string | null {
  return tensorflow && `${tensorflow}, built for ${build === "gpu" ? "NVIDIA's GPUs" : "CPUs"}`;
}

function formatGpus({ gpus, build }: RuntimeStatus): string | null {
  if (gpus === null || build !== "gpu") return null;
  return gpus.devices.length > 0 ? gpus.devices.join("; ") : `none: ${gpus.reason ?? ""}`;
}
