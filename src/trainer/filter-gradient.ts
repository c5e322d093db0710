import type { FilterGradient, Patches } from "./graph/operations/convolution.ts";
import type { Cpu } from "./runtime/cpu.ts";

/** From here on a patch's pixels are long enough to be copied one by one; of one channel, images are stacked instead. */
const LEAST_CHANNELS = 16;
/** Patches of one image: what larger ones would save is not worth their memory. */
const MOST_BYTES = 256 * 1024;
/** Patches of a batch: Intel's processors with AMX won with 7 MiB, and lost a fifth of a whole step with 28. */
const MOST_BYTES_WITH_AMX = 16 * 2 ** 20;

/** With as many filters, the product of patches wins what gathering them costs. */
const LEAST_FILTERS = {
  avx2: { oneChannel: 16, channels: 32 },
  avx512: { oneChannel: 24, channels: 64 },
} as const;

/**
 * How the gradient of a convolution's filter is computed. A product of patches does filters / 2 FLOP for each byte gathered:
 * AVX-512 computes twice as fast as AVX2 and copies no faster, so it takes more filters to win. The rule stands on
 * measurements (docs/benchmarks.md); nothing is timed here, so that results repeat.
 * @param features of the processor, as `readCpu` tells them
 */
export function chooseFilterGradient(
  features: Cpu["features"],
  batchSize: number,
  { dtype, kernel, channels, filters, positions }: Patches,
): FilterGradient {
  const bytes = positions * kernel * kernel * channels * 4;
  const least = LEAST_FILTERS[features.includes("avx512f") ? "avx512" : "avx2"];
  if (dtype !== "float32" || kernel === 1 || bytes > MOST_BYTES) return "direct";
  if (channels === 1) return filters < least.oneChannel ? "direct" : "patches";
  if (channels < LEAST_CHANNELS || filters < least.channels) return "direct";
  const tooLarge = features.includes("amx_tile") && bytes * batchSize > MOST_BYTES_WITH_AMX;
  return tooLarge ? "direct" : "patches";
}
