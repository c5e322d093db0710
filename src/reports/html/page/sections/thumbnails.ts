import type { HoldoutView } from "../../../../stats/report-page.ts";
import { el } from "../dom.ts";
import { formatCount, formatShare } from "../numbers.ts";
import type { View } from "../view.ts";

/** On a telephone these are eight screens. */
const SHOWN = 24;

/** The images themselves, with what they are and what they were taken for. */
export function thumbnails(view: View, holdout: HoldoutView): HTMLElement {
  const items = Array.from(holdout.hard.row.keys(), (place) => thumbnail(view, holdout, place));
  if (items.length === 0) return el("p", {}, "No trial gets any row wrong.");
  const list = (own: readonly HTMLElement[]) => el("ul", { class: "thumbnails" }, ...own);
  const more = items.slice(SHOWN);
  const folded = el("details", {}, el("summary", {}, `${more.length} more`), list(more));
  return el("div", {}, list(items.slice(0, SHOWN)), more.length === 0 ? null : folded);
}

function thumbnail(view: View, holdout: HoldoutView, place: number): HTMLElement {
  const { hard, judged } = holdout;
  const best = view.page.answer?.number;
  const row = hard.row[place] ?? 0;
  const [label = 0, common = 0, said = 0] = [hard.label, hard.common, hard.best].map(
    (each) => each[place],
  );
  const share = formatShare((hard.wrong[place] ?? 0) / judged, 0);
  const words = `Row ${row}: a ${label}, taken for ${common} most often; wrong in ${share} of trials`;
  const verdict =
    said === label ? `trial ${best ?? ""} is right` : `trial ${best ?? ""} says ${said}`;
  return el(
    "li",
    {},
    ...[drawImage(holdout, place, words), el("strong", {}, String(label)), ` taken for ${common}`],
    ...[el("br"), `wrong in ${share}`, el("br"), best === undefined ? null : verdict],
    ...[el("br"), el("span", { class: "quiet" }, `row ${formatCount(row)}`)],
  );
}

/** One channel is grey, three are colours, of others the first is shown. */
function drawImage({ image, hard }: HoldoutView, place: number, words: string): HTMLCanvasElement {
  const { height, width, channels } = image;
  const canvas = el("canvas", { width, height, role: "img", "aria-label": words });
  const context = canvas.getContext("2d");
  const pixels = new Uint8ClampedArray(4 * height * width);
  const start = place * height * width * channels;
  for (let at = 0; at < height * width; at++) {
    const from = start + at * channels;
    for (let colour = 0; colour < 3; colour++)
      pixels[4 * at + colour] = hard.pixels[from + (channels >= 3 ? colour : 0)] ?? 0;
    pixels[4 * at + 3] = 255;
  }
  context?.putImageData(new ImageData(pixels, width, height), 0, 0);
  return canvas;
}
