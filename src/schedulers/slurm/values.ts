/** `[days-][hours:]minutes:seconds`; null for anything else, such as `INVALID`. */
export function parseSlurmSeconds(text: string): number | null {
  const match = /^(?:(\d+)-)?(?:(\d+):)?(\d+):(\d+)$/.exec(text);
  if (match === null) return null;
  const part = (place: number): number => Number(match[place] ?? 0);
  return ((part(1) * 24 + part(2)) * 60 + part(3)) * 60 + part(4);
}

/** `2026-11-27T06:54:17`, in this machine's zone; null for anything else, such as `N/A`. */
export function parseSlurmTime(text: string): Date | null {
  if (!/^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}$/.test(text)) return null;
  return new Date(text);
}
