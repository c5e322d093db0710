import { Refusal } from "../daemon/refusal.ts";

const EXPONENTS = "KMGTPEZ";

/** `4GB`, `4G`, or a bare number in `bareUnit`, as KiB; null: no size. HELP -M, -R. */
export function parseSizeKiB(value: string, bareUnit: "KB" | "MB"): number | null {
  const parts = /^(\d+(?:\.\d+)?)(?:([KMGTPEZ])B?)?$/i.exec(value);
  if (parts === null) return null;
  const letter = parts[2]?.toUpperCase() ?? bareUnit.charAt(0);
  return Number(parts[1]) * 1024 ** EXPONENTS.indexOf(letter);
}

/** bsub -M; HELP: an integer with or without unit. ERR has the text. */
export function parseMemoryLimitKiB(value: string, bareUnit: "KB" | "MB"): number {
  const size = value.includes(".") ? null : parseSizeKiB(value, bareUnit);
  if (size !== null && size > 0) return size;
  throw new Refusal(
    `MEMLIMIT value <${value}> is not valid. Limit must be a positive integer. You can use the following units for the limit: KB (or K), MB (or M), GB (or G), TB (or T), PB (or P), EB (or E), ZB (or Z)`,
  );
}

/** bsub -W, as seconds; HELP: `[hour:]minute[/host]`, minutes may exceed 59. */
export function parseRunLimitSeconds(value: string): number {
  const parts = /^(?:(\d+):)?(\d+)(?:\/[\w.-]+)?$/.exec(value);
  const seconds = parts === null ? 0 : (Number(parts[1] ?? 0) * 60 + Number(parts[2])) * 60;
  if (seconds > 0) return seconds;
  throw new Refusal(`${value}: Bad RUNLIMIT specification`);
}

/** bsub -n; HELP: `min[,max]`. Emulated jobs take the smaller. */
export function parseSlots(value: string): number {
  const parts = /^(\d+)(?:,(\d+))?$/.exec(value);
  const [minimum, maximum] = [Number(parts?.[1] ?? 0), Number(parts?.[2] ?? Infinity)];
  if (minimum > 0 && maximum >= minimum) return minimum;
  throw new Refusal("Bad argument for option -n");
}

/** bsub -b, -t; HELP: `[[year:][month:]day:]hour:minute`. Without a day: the next such time. */
export function parseTime(value: string, now: number): number {
  const fields = value.split(":").map((field) => (/^\d+$/.test(field) ? Number(field) : NaN));
  if (fields.length < 2 || fields.length > 5 || fields.some(Number.isNaN)) {
    throw new Refusal("Bad time specification");
  }
  const today = new Date(now);
  const [minute = 0, hour = 0, day, month, year] = fields.reverse();
  if (minute > 59 || hour > 23 || (day ?? 1) > 31 || (month ?? 1) > 12) {
    throw new Refusal("Bad time specification");
  }
  const time = new Date(
    year ?? today.getFullYear(),
    (month ?? today.getMonth() + 1) - 1,
    day ?? today.getDate(),
    hour,
    minute,
  ).getTime();
  return day === undefined && time < now ? time + 86_400_000 : time;
}
