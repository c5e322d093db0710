import type { Build } from "./pinned-wheels.ts";

/** The GPUs that TensorFlow has made devices of. */
export interface Gpus {
  /** Such as `GPU:0 Tesla V100-SXM2-32GB, 30985 MB`. */
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
    return device === undefined ? [] : [`${device} ${name ?? ""}, ${megabytes ?? ""} MB`];
  });
  if (onGpu)
    return { devices: devices.length > 0 ? [...new Set(devices)] : ["GPU:0"], reason: null };
  const why = lines.find((line) => NONE.test(line))?.replace(/^.*?\]\s*/, "");
  return { devices: [], reason: why ?? "TensorFlow found none and does not say why" };
}
