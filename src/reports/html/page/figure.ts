import { el, scrolling, table } from "./dom.ts";
import type { Selection } from "./selection.ts";

/** What a chart says, for who does not see it. */
export interface Twin {
  readonly sentence: string;
  readonly head: readonly string[];
  /** Asked for when somebody wants to read them: there may be very many. */
  readonly rows: () => readonly (readonly string[])[];
}

interface FigureOptions {
  readonly title: string;
  readonly selection: Selection;
  /** What the reader may choose about it. */
  readonly controls?: readonly HTMLElement[];
  /** Draws into the canvas's place, again after every change. */
  readonly draw: (place: HTMLElement) => void;
  readonly twin: () => Twin;
}

export interface Figure {
  readonly element: HTMLElement;
  /** Draws it anew as soon as it is seen. */
  readonly refresh: () => void;
}

/** More rows than a person reads. */
const MAX_ROWS = 200;
const REDRAWN = new Set<() => void>();

/** After a change of colours or of width, and before printing. */
export function redrawAll(): void {
  for (const redraw of REDRAWN) redraw();
}

/**
 * A chart with its twin in words. It is drawn when it comes near the window, and drawn again on a change only while it is
 * there: what nobody sees costs nothing.
 */
export function figure(options: FigureOptions): Figure {
  const { title, selection, controls = [], draw, twin } = options;
  const place = el("div", { class: "chart", role: "img", "aria-label": title });
  const sentence = el("p", { class: "sentence" });
  const inWords = el("div");
  const details = el("details", {}, el("summary", {}, `${title}: as a table`), inWords);
  const caption = el("figcaption", {}, sentence, details);
  const controlsRow = controls.length === 0 ? null : el("div", { class: "controls" }, ...controls);
  const element = el("figure", {}, controlsRow, place, caption);
  const fill = (): void => inWords.replaceChildren(showTwin(title, twin()));
  const redraw = (): void => {
    draw(place);
    sentence.textContent = twin().sentence;
    if (details.open) fill();
  };
  details.addEventListener("toggle", () => details.open && fill());
  const refresh = drawWhenSeen(element, redraw);
  selection.onChange(refresh);
  REDRAWN.add(redraw);
  return { element, refresh };
}

function showTwin(title: string, { head, rows: list }: Twin): HTMLElement {
  const rows = list();
  const shown = rows.slice(0, MAX_ROWS);
  const left = rows.length - shown.length;
  const name = left > 0 ? `${title}, the first ${shown.length} rows of ${rows.length}` : title;
  return scrolling(`${name}: table`, table(name, head, shown));
}

/** @returns what tells that it is to be drawn anew */
function drawWhenSeen(element: HTMLElement, redraw: () => void): () => void {
  let isNear = false;
  let isStale = true;
  const draw = (): void => {
    isStale = false;
    redraw();
  };
  new IntersectionObserver(
    (entries) => {
      isNear = entries.some(({ isIntersecting }) => isIntersecting);
      if (isNear && isStale) draw();
    },
    { rootMargin: "50px" },
  ).observe(element);
  return () => {
    isStale = true;
    if (isNear) draw();
  };
}
