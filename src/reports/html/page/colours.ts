/** Okabe and Ito's colours, which eyes of all kinds tell apart ("Color Universal Design", 2008). */
export const OKABE_ITO = [
  "#0072b2",
  "#e69f00",
  "#009e73",
  "#cc79a7",
  "#56b4e9",
  "#d55e00",
] as const;

/** Nine of cividis' colours (Nuñez, Anderton and Renslow, PLoS ONE 13, 2018), the darkest first. */
const CIVIDIS = [
  [0, 34, 78],
  [18, 53, 112],
  [59, 73, 108],
  [87, 93, 109],
  [112, 113, 115],
  [138, 134, 120],
  [165, 156, 116],
  [195, 179, 105],
  [254, 232, 56],
] as const;

/** @param share in [0, 1] @returns CSS */
export function cividis(share: number): string {
  const [red, green, blue] = cividisParts(share);
  return `rgb(${red},${green},${blue})`;
}

/** Whether black or white is read on it. */
export function inkOn(share: number): string {
  const [red, green, blue] = cividisParts(share);
  return 0.299 * red + 0.587 * green + 0.114 * blue > 120 ? "#000" : "#fff";
}

function cividisParts(share: number): readonly [number, number, number] {
  const place = Math.min(1, Math.max(0, share || 0)) * (CIVIDIS.length - 1);
  const below = CIVIDIS[Math.floor(place)] ?? CIVIDIS[0];
  const above = CIVIDIS[Math.ceil(place)] ?? below;
  const part = place - Math.floor(place);
  const mix = (at: 0 | 1 | 2): number => Math.round(below[at] + (above[at] - below[at]) * part);
  return [mix(0), mix(1), mix(2)];
}

/** What charts take from the style sheet, as it is now. */
export interface Ink {
  readonly text: string;
  readonly faint: string;
  readonly line: string;
  readonly ground: string;
  readonly accent: string;
  readonly second: string;
}

export function readInk(): Ink {
  const style = getComputedStyle(document.documentElement);
  const read = (name: string): string => style.getPropertyValue(`--${name}`).trim();
  return {
    ...{ text: read("text"), faint: read("faint"), line: read("line") },
    ...{ ground: read("ground"), accent: read("accent"), second: read("second") },
  };
}
