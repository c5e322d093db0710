import type { AttemptColumns } from "../../../stats/report-page.ts";

/** Attempts that ran on one host at once stand in lanes of their own. */
export interface Lanes {
  /** Of each attempt. */
  readonly lane: Int32Array;
  /** The host of each lane. */
  readonly hosts: readonly number[];
}

/** As few lanes as there were slots in use: an attempt takes the first one of its host that is free when it starts. */
export function packLanes({ host, start, seconds, hosts }: AttemptColumns): Lanes {
  const order = Array.from(host.keys()).sort(
    (a, b) => (host[a] ?? 0) - (host[b] ?? 0) || (start[a] ?? 0) - (start[b] ?? 0) || a - b,
  );
  const lane = new Int32Array(host.length);
  const owners: number[] = [];
  let current = -1;
  let first = 0;
  let ends: number[] = [];
  for (const attempt of order) {
    if (host[attempt] !== current) {
      current = host[attempt] ?? 0;
      first = owners.length;
      ends = [];
    }
    const begin = start[attempt] ?? 0;
    let free = ends.findIndex((end) => end <= begin);
    if (free < 0) free = ends.length;
    ends[free] = begin + (seconds[attempt] ?? 0);
    lane[attempt] = first + free;
    if (first + free === owners.length) owners.push(Math.min(current, hosts.length - 1));
  }
  return { lane, hosts: owners };
}
