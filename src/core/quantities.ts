/** Sizes and times as people write them, and as the program counts them: MiB and seconds. */

const MIB_PER_UNIT: Readonly<Record<string, number>> = {
  MB: 1,
  MIB: 1,
  GB: 1024,
  GIB: 1024,
  TB: 1048576,
  TIB: 1048576,
};
const SECONDS_PER_UNIT: Readonly<Record<string, number>> = { s: 1, m: 60, h: 3600, d: 86400 };

/**
 * Reads `4GB`, `512MB`, `1.5 GiB` as whole MiB. Schedulers count in powers of 1024, so GB and GiB are
 * the same here. Undefined when the text is no size, or names no unit: a bare number means KB to one
 * scheduler and MB to the next.
 */
export function parseMemoryMiB(text: string): number | undefined {
  const match = /^\s*(\d+(?:\.\d+)?)\s*([A-Za-z]+)\s*$/.exec(text);
  const scale = MIB_PER_UNIT[match?.[2]?.toUpperCase() ?? ""];
  if (match === null || scale === undefined) return undefined;
  return ifCountable(Math.ceil(Number(match[1]) * scale));
}

/** Reads `30m`, `1h30m`, `2d`, `01:30:00` (hours:minutes:seconds) as seconds; undefined when it is none. */
export function parseDurationSeconds(text: string): number | undefined {
  const clock = /^\s*(\d+):([0-5]\d):([0-5]\d)\s*$/.exec(text);
  if (clock !== null) {
    return ifCountable(Number(clock[1]) * 3600 + Number(clock[2]) * 60 + Number(clock[3]));
  }
  if (!/^\s*(?:\d+[smhd]\s*)+$/.test(text)) return undefined;
  let seconds = 0;
  for (const [, count, unit] of text.matchAll(/(\d+)([smhd])/g)) {
    seconds += Number(count) * (SECONDS_PER_UNIT[unit ?? ""] ?? 0);
  }
  return ifCountable(seconds);
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

/** `2h 05m`, `3m 20s`, `12s`, `0.4s`: two units at most. */
export function formatDuration(seconds: number): string {
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
