import { plural } from "../../core/quantities.ts";
import { BsweepError, valueOr } from "../../core/errors.ts";
import type { Build } from "./pinned-wheels.ts";
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";

/** The GPUs that TensorFlow has made devices of. */
export interface Gpus {
  /** Such as `GPU:0 Tesla V100-SXM2-32GB, 30985MB`. */
  readonly devices: readonly string[];
  /** Why there is none, in TensorFlow's words; null where one was found, or none was looked for. */
  readonly reason: string | null;
}

/** "Created device /job:localhost/replica:0/task:0/device:GPU:0 with 30985 MB memory:  -> device: 0, name: ..., pci" */
const CREATED =
  /Created device \S*\/device:(GPU:\d+) with (\d+) MB memory:\s*-> device: \d+, name: ([^,]+),/;
/** What TensorFlow 2.21 says where it looks for a GPU and takes none. */
const NONE = /cuda drivers|CUDA_ERROR|cuInit|dlopen|Skipping registering GPU|no CUDA-capable/i;

/**
 * What TensorFlow's notes tell about GPUs (tensorflow/core/common_runtime/gpu/gpu_device.cc).
 * @param onGpu whether tfjs-node's binding computes on one
 */
export function readGpus(build: Build, onGpu: boolean, notes: string): Gpus {
  if (build === "cpu") return { devices: [], reason: null };
  const lines = notes.split("\n");
  const devices = lines.flatMap((line) => {
    const [, device, megabytes, name] = CREATED.exec(line) ?? [];
    return device === undefined ? [] : [`${device} ${name ?? ""}, ${megabytes ?? ""}MB`];
  });
  if (onGpu)
    return { devices: devices.length > 0 ? [...new Set(devices)] : ["GPU:0"], reason: null };
  const why = lines.find((line) => NONE.test(line))?.replace(/^.*?\]\s*/, "");
  return { devices: [], reason: why ?? "TensorFlow found none and does not say why" };
}

/** Where NVIDIA's driver tells about each GPU of the host, in containers too. */
const DRIVER = "/proc/driver/nvidia/gpus";

/** The model of the host's first GPU; hosts have GPUs of one kind. */
export function readGpuModel(folder = DRIVER): string {
  const text = valueOr("", () => {
    const [first = ""] = readdirSync(folder).sort();
    return readFileSync(join(folder, first, "information"), "utf8");
  });
  return /^Model:\s*(.+?)\s*$/m.exec(text)?.[1] ?? "unknown GPU";
}

/**
 * Refuses to compute on the CPU while GPUs wait: that would be slow, and other numbers.
 * @throws BsweepError RUNTIME_UNFIT
 */
export function requireGpus(gpus: number, binding: { isUsingGpuDevice(): boolean }): void {
  if (gpus === 0 || binding.isUsingGpuDevice()) return;
  const message = `the element was given ${plural(gpus, "GPU")}, and TensorFlow finds none`;
  throw new BsweepError("RUNTIME_UNFIT", message, {
    hint: "bsweep runtime status, run in the same image, says why; an image for GPUs: bsweep image build --gpu (docs/gpu.md)",
  });
}
