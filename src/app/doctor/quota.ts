/** How much of what is allowed is used, where a limit is. */
export interface Usage {
  readonly place: string;
  readonly usedKiB: number;
  readonly limitKiB: number;
}

/**
 * `mmlsquota -Y`: colon-separated rows under a HEADER row that names the columns (IBM Storage Scale). The smaller of
 * soft and hard limit counts; 0 is none.
 */
export function parseGpfsQuota(text: string): Usage[] {
  const rows = text.split("\n").map((line) => line.split(":"));
  const header = rows.find((row) => row[0] === "mmlsquota" && row[2] === "HEADER");
  if (header === undefined) return [];
  const at = (row: readonly string[], name: string): string => row[header.indexOf(name)] ?? "";
  return rows
    .filter((row) => row[0] === "mmlsquota" && row[2] !== "HEADER")
    .flatMap((row) => {
      const fileset = at(row, "filesetname");
      const place = [at(row, "filesystemName"), fileset].filter((name) => name !== "").join(":");
      const used = at(row, "blockUsage");
      return toUsage(place, used, [at(row, "blockQuota"), at(row, "blockLimit")]);
    });
}

/** `quota -w`: a row for each file system: name, blocks (a `*` when over), quota, limit, ... in KiB. */
export function parseQuota(text: string): Usage[] {
  return text.split("\n").flatMap((line) => {
    const [place = "", used = "", quota = "", limit = "", ...rest] = line.trim().split(/\s+/);
    if (rest.length < 3) return [];
    return toUsage(place, used.replace("*", ""), [quota, limit]);
  });
}

function toUsage(place: string, used: string, limits: readonly string[]): Usage[] {
  const isCount = (text: string): boolean => /^\d{1,15}$/.test(text);
  const real = limits.filter((limit) => isCount(limit) && limit !== "0").map(Number);
  if (place === "" || !isCount(used) || real.length === 0) return [];
  return [{ place, usedKiB: Number(used), limitKiB: Math.min(...real) }];
}
