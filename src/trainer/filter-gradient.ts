import type { ChooseFilterGradient } from "./graph/operations/convolution.ts";
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
 * How the gradients of filters are computed on a processor, for batches of that size. A product of patches does filters / 2
 * FLOP for each byte gathered: AVX-512 computes twice as fast as AVX2 and copies no faster, so it takes more filters to win.
 * The rule stands on measurements (docs/benchmarks.md); nothing is timed here, so that results repeat.
 * @param features of the processor, as `readCpu` tells them
 */
export function filterGradientRule(
  features: Cpu["features"],
  batchSize: number,
): ChooseFilterGradient {
  const most = features.includes("amx_tile") ? MOST_BYTES_WITH_AMX : Infinity;
  return (
    { dtype, shape: [kernel = 1, , channels = 0, filters = 0] },
    [, height = 0, width = 0],
  ) => {
    const bytes = height * width * kernel * kernel * channels * 4;
    const fits = bytes <= MOST_BYTES && (channels === 1 || bytes * batchSize <= most);
    const pays = dtype === "float32" && kernel > 1 && filters >= leastFilters(features, channels);
    return fits && pays ? "patches" : "direct";
  };
}

function leastFilters(features: Cpu["features"], channels: number): number {
  const least = LEAST_FILTERS[features.includes("avx512f") ? "avx512" : "avx2"];
  if (channels === 1) return least.oneChannel;
  return channels < LEAST_CHANNELS ? Infinity : least.channels;
}
