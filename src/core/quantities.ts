/** Counts, sizes and times as people write them, and as the program counts them: MiB and seconds. */

const MIB_PER_UNIT: Readonly<Record<string, number>> = { M: 1, G: 1024, T: 1048576 };
const SECONDS_PER_UNIT: Readonly<Record<string, number>> = { s: 1, m: 60, h: 3600, d: 86400 };
const UNIT = /^(?:s|secs?|seconds?|m|mins?|minutes?|h|hrs?|hours?|d|days?)$/;

/** Numbers with a word each, such as `1h 30 min`. */
const PARTS = /^(?:\d+(?:\.\d+)?\s*[a-z]+\s*)+$/;
/** hours:minutes:seconds; after days, as Slurm has them, what is at its end may be left out. */
const CLOCK = /^()(\d+):([0-5]\d):([0-5]\d)$/;
const DAYS_CLOCK = /^(\d+)-([01]?\d|2[0-3])(?::([0-5]\d)(?::([0-5]\d))?)?$/;

/**
 * Reads `4G`, `4GB`, `4 GiB`, `512M`, `1.5T` as whole MiB, rounded up. Schedulers count in powers of 1024, so G, GB and
 * GiB are the same here. Undefined when the text is no size, or names no unit: a bare number means KB to one scheduler
 * and MB to the next.
 */
export function parseMemoryMiB(text: string): number | undefined {
  const match = /^(\d+(?:\.\d+)?)\s*([MGT])i?B?$/i.exec(text.trim());
  const scale = MIB_PER_UNIT[match?.[2]?.toUpperCase() ?? ""];
  if (match === null || scale === undefined) return undefined;
  return ifCountable(Math.ceil(Number(match[1]) * scale));
}

/**
 * Reads `30m`, `1h30m`, `90 min`, `1.5 hours`, `2d`, `1:30:00` (hours:minutes:seconds), `2-12:00:00` (days before it) as
 * whole seconds, rounded up. Undefined when it is none: `30` and `1:30` mean minutes to one scheduler and hours or
 * seconds to the next.
 */
export function parseDurationSeconds(text: string): number | undefined {
  const written = text.trim().toLowerCase();
  const clock = CLOCK.exec(written) ?? DAYS_CLOCK.exec(written);
  if (clock !== null) {
    const [days = 0, hours = 0, minutes = 0, seconds = 0] = clock
      .slice(1)
      .map((part) => Number(part || 0));
    return ifCountable(days * 86400 + hours * 3600 + minutes * 60 + seconds);
  }
  if (!PARTS.test(written)) return undefined;
  let seconds = 0;
  for (const [, count, unit = ""] of written.matchAll(/([\d.]+)\s*([a-z]+)/g)) {
    if (!UNIT.test(unit)) return undefined;
    seconds += Number(count) * (SECONDS_PER_UNIT[unit.charAt(0)] ?? 0);
  }
  // 1.1 h are 3960.0000000000005 seconds.
  return ifCountable(Math.ceil(seconds - 1e-6));
}

/** Reads how often a trial saves its state: a time, `epoch` (0) or `off` (null); undefined when it is none. */
export function parseCheckpointSeconds(text: string): number | null | undefined {
  if (text === "off") return null;
  return text === "epoch" ? 0 : parseDurationSeconds(text);
}

/** Neither 0 nor so many digits that they add up to Infinity. */
function ifCountable(value: number): number | undefined {
  return value > 0 && Number.isSafeInteger(value) ? value : undefined;
}

/** `4GB` when the size is whole gigabytes, else `1536MB`. */
export function formatMemory(memoryMiB: number): string {
  return memoryMiB % 1024 === 0 ? `${memoryMiB / 1024}GB` : `${memoryMiB}MB`;
}

/** Of files, in powers of 1000: `120 B`, `41.3 kB`, `6.2 MB`. */
export function formatBytes(bytes: number): string {
  const units = ["B", "kB", "MB", "GB", "TB"];
  const place = bytes < 1000 ? 0 : Math.min(units.length - 1, Math.floor(Math.log10(bytes) / 3));
  return `${(bytes / 1000 ** place).toFixed(place === 0 ? 0 : 1)} ${units[place] ?? ""}`;
}

/** As study files write whole minutes: `30m`, `1h30m`, `2d`; rounded up. */
export function formatWalltime(seconds: number): string {
  const minutes = Math.ceil(seconds / 60);
  const parts: readonly [count: number, unit: string][] = [
    [Math.floor(minutes / 1440), "d"],
    [Math.floor((minutes % 1440) / 60), "h"],
    [minutes % 60, "m"],
  ];
  return parts.map(([count, unit]) => (count === 0 ? "" : `${count}${unit}`)).join("") || "0m";
}

/** `2,880` */
export function formatCount(count: number): string {
  if (!Number.isSafeInteger(count)) return count.toLocaleString("en-US");
  // The first number that Intl formats takes a hundredth of a second.
  return String(count).replaceAll(/\B(?=(?:\d{3})+$)/g, ",");
}

/** What `formatCount` wrote, with narrow spaces in place of commas: read alike wherever a comma means something else. */
export function spaceThousands(text: string): string {
  return text.replaceAll(/(?<=\d),(?=\d{3}(?!\d))/g, "\u202f");
}

/** `1 trial`, `2,880 trials`, `3 classes` */
export function plural(count: number, noun: string, many = `${noun}s`): string {
  return `${formatCount(count)} ${count === 1 ? noun : many}`;
}

/** A measured value in five decimals, or five digits where these would say little. */
export function formatValue(value: number): string {
  const size = Math.abs(value);
  return value === 0 || (size >= 0.01 && size < 1000) ? value.toFixed(5) : value.toPrecision(5);
}

/** `2h 05m`, `3m 20s`, `12s`, `0.4s`, `<0.1s`: two units at most. */
export function formatDuration(seconds: number): string {
  if (seconds > 0 && seconds < 0.05) return "<0.1s";
  if (seconds < 10) return `${seconds.toFixed(1)}s`;
  const whole = Math.round(seconds);
  if (whole < 60) return `${whole}s`;
  if (whole < 3600) return `${Math.floor(whole / 60)}m ${pad(whole % 60)}s`;
  if (whole < 86400) return `${Math.floor(whole / 3600)}h ${pad(Math.floor((whole % 3600) / 60))}m`;
  return `${Math.floor(whole / 86400)}d ${pad(Math.floor((whole % 86400) / 3600))}h`;
}

function pad(value: number): string {
  return String(value).padStart(2, "0");
}
