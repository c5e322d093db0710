/** A job, or an element of an array, as squeue shows it. */
export interface QueueRow {
  /** `12`, or `12_3` for an element. */
  readonly id: string;
  /** Long form: `PENDING`, `RUNNING`, `OUT_OF_MEMORY`. */
  readonly state: string;
  readonly reason: string;
  /** Empty while it waits. */
  readonly node: string;
  readonly name: string;
}

/** Every element on a line of its own, those that have ended too while Slurm remembers them. */
export const QUEUE_ARGUMENTS = ["-h", "-r", "-t", "all", "-o", "%i|%T|%r|%N|%j"] as const;

export function parseQueue(listing: string): QueueRow[] {
  return listing
    .split("\n")
    .filter((line) => line !== "")
    .map((line) => {
      const [id = "", state = "", reason = "", node = "", name = ""] = line.split("|");
      return { id, state, reason, node, name };
    });
}
