/** Numbers that Germans and Americans read alike: a point before decimals, narrow spaces between thousands. */
const NARROW = "\u202f";

export function formatCount(count: number): string {
  return String(count).replaceAll(/\B(?=(?:\d{3})+$)/g, NARROW);
}

export function plural(count: number, noun: string, many = `${noun}s`): string {
  return `${formatCount(count)}${NARROW}${count === 1 ? noun : many}`;
}

/** As many digits as are told apart; NaN: a dash. */
export function formatNumber(value: number, digits = 5): string {
  if (Number.isNaN(value)) return "–";
  if (Number.isInteger(value) && Math.abs(value) < 1e9) return formatSigned(value);
  const size = Math.abs(value);
  if (size < 1e-4 || size >= 1e9) return value.toExponential(Math.max(1, digits - 2));
  const decimals = Math.max(0, digits - Math.max(1, Math.ceil(Math.log10(size))));
  return groupThousands(value.toFixed(decimals));
}

function formatSigned(value: number): string {
  return value < 0 ? `−${formatCount(-value)}` : formatCount(value);
}

function groupThousands(text: string): string {
  const [whole = "", decimals] = text.replace("-", "−").split(".");
  const grouped = whole.replaceAll(/\B(?=(?:\d{3})+$)/g, NARROW);
  return decimals === undefined ? grouped : `${grouped}.${decimals}`;
}

/** The objective as every place shows it. */
export function formatObjective(value: number): string {
  const size = Math.abs(value);
  return size > 0 && size < 1 && size >= 0.01
    ? value.toFixed(5).replace("-", "−")
    : formatNumber(value);
}

export function formatSeconds(seconds: number): string {
  if (Number.isNaN(seconds)) return "–";
  if (seconds < 100) return `${seconds.toFixed(1)}${NARROW}s`;
  if (seconds < 6000) return `${formatNumber(seconds / 60, 3)}${NARROW}min`;
  return `${formatNumber(seconds / 3600, 3)}${NARROW}h`;
}

export function formatShare(share: number, decimals = 1): string {
  return `${(100 * share).toFixed(decimals)}${NARROW}%`;
}
