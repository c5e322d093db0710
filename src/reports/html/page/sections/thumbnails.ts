import type { HoldoutView, PairRows } from "../../../../stats/report-page.ts";
import { el } from "../dom.ts";
import { formatCount, formatShare } from "../numbers.ts";
import type { View } from "../view.ts";

/** On a telephone these are eight screens. */
const SHOWN = 24;

/** The hardest rows' images themselves, with what they are and what they were taken for. */
export function hardThumbnails(view: View, holdout: HoldoutView): HTMLElement {
  const { shown, judged } = holdout;
  const items = Array.from(holdout.hard, (place) => {
    const common = nameOf(holdout, shown.common[place]);
    const share = formatShare((shown.wrong[place] ?? 0) / judged, 0);
    return thumbnail(view, holdout, {
      ...{ place, head: ` taken for ${common}`, told: `wrong in ${share}` },
      words: `taken for ${common} most often; wrong in ${share} of trials`,
    });
  });
  if (items.length === 0) return el("p", {}, "No trial gets any row wrong.");
  const more = items.slice(SHOWN);
  const folded = el("details", {}, el("summary", {}, `${more.length} more`), listOf(more));
  return el("div", {}, listOf(items.slice(0, SHOWN)), more.length === 0 ? null : folded);
}

/** Images of one class that are taken for another. */
export function pairThumbnails(view: View, holdout: HoldoutView, pair: PairRows): HTMLElement {
  const { places, trials } = pair;
  const said = nameOf(holdout, pair.said);
  return listOf(
    Array.from(places, (place, at) => {
      const share = formatShare((trials[at] ?? 0) / holdout.judged, 0);
      return thumbnail(view, holdout, {
        ...{ place, head: ` taken for ${said}`, told: `by ${share} of trials` },
        words: `taken for ${said} by ${share} of trials`,
      });
    }),
  );
}

const listOf = (items: readonly HTMLElement[]): HTMLElement =>
  el("ul", { class: "thumbnails" }, ...items);

interface Thumbnail {
  /** In `shown`. */
  readonly place: number;
  /** What stands beside its class, and below. */
  readonly head: string;
  readonly told: string;
  /** Both, for who does not see it. */
  readonly words: string;
}

function thumbnail(view: View, holdout: HoldoutView, thumb: Thumbnail): HTMLElement {
  const { shown } = holdout;
  const { place, head, told, words } = thumb;
  const best = view.page.answer?.number;
  const [row = 0, label = 0, said = 0] = [shown.row, shown.label, shown.best].map(
    (each) => each[place],
  );
  const verdict =
    said === label
      ? `trial ${best ?? ""} is right`
      : `trial ${best ?? ""} says ${nameOf(holdout, said)}`;
  return el(
    "li",
    {},
    drawImage(holdout, place, `Row ${row}: a ${nameOf(holdout, label)}, ${words}`),
    ...[el("strong", {}, nameOf(holdout, label)), head, el("br"), told, el("br")],
    best === undefined ? null : verdict,
    ...[el("br"), el("span", { class: "quiet" }, `row ${formatCount(row)}`)],
  );
}

const nameOf = ({ names }: HoldoutView, label = 0): string => names[label] ?? String(label);

/** One channel is grey, three are colours, of others the first is shown. */
function drawImage({ image, shown }: HoldoutView, place: number, words: string): HTMLCanvasElement {
  const { height, width, channels } = image;
  const canvas = el("canvas", { width, height, role: "img", "aria-label": words });
  const context = canvas.getContext("2d");
  const pixels = new Uint8ClampedArray(4 * height * width);
  const start = place * height * width * channels;
  for (let at = 0; at < height * width; at++) {
    const from = start + at * channels;
    for (let colour = 0; colour < 3; colour++)
      pixels[4 * at + colour] = shown.pixels[from + (channels >= 3 ? colour : 0)] ?? 0;
    pixels[4 * at + 3] = 255;
  }
  context?.putImageData(new ImageData(pixels, width, height), 0, 0);
  return canvas;
}
