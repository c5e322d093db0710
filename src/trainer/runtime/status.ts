import { plural } from "../../core/quantities.ts";
import { existsSync, realpathSync } from "node:fs";
import { type ClosedLibrary, findClosed } from "./access.ts";
import { readCpu, type Cpu } from "./cpu.ts";
import { tensorFlowEnvironment } from "./load.ts";
import type { Gpus } from "./gpus.ts";
import type { Build } from "./pinned-wheels.ts";
import { proveRuntime, type Proof } from "./proof.ts";
import { bindingPath, findTfjsPackage, libraryLink, type TfjsPackage } from "./tfjs-package.ts";

/** What `bsweep runtime status` tells. A field is null when there is nothing to tell. */
export interface RuntimeStatus {
  readonly works: boolean;
  /** Why it does not work. */
  readonly reason: string | null;
  /** The native library's version. */
  readonly tensorflow: string | null;
  /** What the native library was built for. */
  readonly build: Build | null;
  /** The GPUs TensorFlow computes on. Null where it does not work. */
  readonly gpus: Gpus | null;
  readonly tfjsNode: string | null;
  readonly library: string | null;
  readonly binding: string | null;
  /** Set where fewer people may read library and binding than may run bsweep. */
  readonly closed: ClosedLibrary | null;
  readonly node: string;
  readonly cpu: Cpu;
  /** The thread settings of this environment; a trial sets its own. */
  readonly threads: Readonly<Record<string, string | null>>;
}

export async function readRuntimeStatus(
  environment: NodeJS.ProcessEnv = process.env,
): Promise<RuntimeStatus> {
  const proof = await proveRuntime();
  const tfjs = findTfjsPackage();
  const closed = tfjs && findClosed([libraryLink(tfjs), bindingPath(tfjs)]);
  return {
    ...{ reason: null, tensorflow: null, build: null, gpus: null, ...proof },
    ...(proof.works ? {} : { reason: explain(proof, tfjs, closed) }),
    tfjsNode: tfjs?.version ?? null,
    library: tfjs === undefined ? null : existing(libraryLink(tfjs)),
    binding: tfjs === undefined ? null : existing(bindingPath(tfjs)),
    closed: closed ?? null,
    node: process.versions.node,
    cpu: readCpu(),
    threads: Object.fromEntries(
      Object.keys(tensorFlowEnvironment(1))
        .filter((name) => name.includes("THREADS"))
        .map((name) => [name, environment[name] ?? null]),
    ),
  };
}

/** The most telling reason: a missing part before what loading said about it. */
function explain(
  proof: Extract<Proof, { works: false }>,
  tfjs: TfjsPackage | undefined,
  closed: ClosedLibrary | undefined,
): string {
  if (tfjs === undefined) return "the npm package @tensorflow/tfjs-node is not installed";
  if (closed !== undefined) return closed.found;
  if (existing(libraryLink(tfjs)) === null) return "TensorFlow's native library is not there";
  if (existing(bindingPath(tfjs)) === null) return "tfjs-node's native binding is not built";
  return proof.reason;
}

function existing(path: string): string | null {
  return existsSync(path) ? realpathSync(path) : null;
}

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
  if (status.closed !== null)
    rows.push(["warning", status.closed.found], ["", status.closed.remedy]);
  return rows.map(([name, value]) => `${name.padEnd(11)} ${value ?? "-"}`).join("\n");
}

function formatBuild({ tensorflow, build }: RuntimeStatus): string | null {
  return tensorflow && `${tensorflow}, built for ${build === "gpu" ? "NVIDIA's GPUs" : "CPUs"}`;
}

function formatGpus({ gpus, build }: RuntimeStatus): string | null {
  if (gpus === null || build !== "gpu") return null;
  return gpus.devices.length > 0 ? gpus.devices.join("; ") : `none: ${gpus.reason ?? ""}`;
}
