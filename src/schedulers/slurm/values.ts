/** `[days-][hours:]minutes:seconds`; null for anything else, such as `INVALID`. */
export function parseSlurmSeconds(text: string): number | null {
  const match = /^(?:(\d+)-)?(?:(\d+):)?(\d+):(\d+)$/.exec(text);
  if (match === null) return null;
  const [days = 0, hours = 0, minutes = 0, seconds = 0] = match
    .slice(1)
    .map((part) => Number(part ?? 0));
  return ((days * 24 + hours) * 60 + minutes) * 60 + seconds;
}

/** `2026-11-27T06:54:17`, in this machine's zone; null for anything else, such as `N/A`. */
export function parseSlurmTime(text: string): Date | null {
  if (!/^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}$/.test(text)) return null;
  return new Date(text);
}
