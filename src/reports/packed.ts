import type { PackSummary, UnpackSummary } from "../app/pack/pack.ts";
import { formatBytes, formatCount, plural } from "../core/quantities.ts";

/** What was packed, a line a round. */
export function formatPacked({ rounds, dryRun }: PackSummary): string {
  const lines = rounds.map(
    ({ round, waits, results, bytes, packs, packedBytes, removed, left }) => {
      if (waits !== null) return `round ${round} is not packed: ${waits}`;
      const what = `${plural(results, "result")}, ${formatBytes(bytes)}, in ${plural(packs, "file")} of ${formatBytes(packedBytes)}`;
      const gone = `${plural(removed, "file")} ${dryRun ? "would go" : "removed"}`;
      const rest = left === 0 ? "" : `; ${formatCount(left)} stay: no valid results`;
      return `round ${round}: ${dryRun ? "would pack" : "packed"} ${what}; ${gone}${rest}`;
    },
  );
  return lines.length === 0 ? "nothing to pack" : lines.join("\n");
}

/** What was unpacked, a line a round. */
export function formatUnpacked({ rounds }: UnpackSummary): string {
  const lines = rounds.map(({ round, results, packs, kept }) => {
    const rest =
      kept.length === 0 ? "" : `; ${plural(kept.length, "reason")} above to keep the rest`;
    return `round ${round}: unpacked ${plural(results, "result")}, ${plural(packs, "pack")} removed${rest}`;
  });
  return lines.length === 0 ? "nothing to unpack" : lines.join("\n");
}
