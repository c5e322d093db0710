const MIB_PER_UNIT: Readonly<Record<string, number>> = {
  k: 1 / 1024,
  m: 1,
  g: 1024,
  t: 1024 ** 2,
};

/** `2 Mbytes`, `1.5 Gbytes`, `512 Kbytes`; null for anything else. */
export function parseLsfMemory(text: string): number | null {
  const match = /^(\d+(?:\.\d+)?)\s*([KMGT])/i.exec(text);
  const unit = MIB_PER_UNIT[match?.[2]?.toLowerCase() ?? ""];
  return match === null || unit === undefined ? null : Number(match[1]) * unit;
}

const MONTHS = "Jan Feb Mar Apr May Jun Jul Aug Sep Oct Nov Dec".split(" ");
const HALF_A_YEAR_MS = 183 * 24 * 3600 * 1000;

/**
 * A time in LSF's words, `Mar  3 16:46 L`, in this machine's zone; null for anything else. Where seconds
 * are not told it is the end of the minute; where the year is not told, the one that comes nearest to `now`.
 */
export function parseLsfTime(text: string, now: Date): Date | null {
  const match =
    /\b([A-Z][a-z]{2})\s+(\d{1,2})\s+(?:(\d{4})\s+)?(\d{1,2}):(\d{2})(?::(\d{2}))?(?:\s+(\d{4}))?/.exec(
      text,
    );
  if (match === null) return null;
  const [, name = "", day, yearBefore, hour, minute, second = "59", yearAfter] = match;
  const month = MONTHS.indexOf(name);
  if (month < 0) return null;
  const year = yearBefore ?? yearAfter;
  const at = (y: number): Date =>
    new Date(y, month, Number(day), Number(hour), Number(minute), Number(second));
  if (year !== undefined) return at(Number(year));
  const time = at(now.getFullYear());
  const distance = time.getTime() - now.getTime();
  if (distance > HALF_A_YEAR_MS) return at(now.getFullYear() - 1);
  return distance < -HALF_A_YEAR_MS ? at(now.getFullYear() + 1) : time;
}
