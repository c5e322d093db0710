import type { HoldoutView } from "../../../../stats/report-page.ts";
import { choose, el } from "../dom.ts";
import type { View } from "../view.ts";
import { pairThumbnails } from "./thumbnails.ts";

/** Images of the pair of classes that is chosen. */
export interface ConfusedImages {
  readonly element: HTMLElement;
  readonly has: (truth: number, said: number) => boolean;
  readonly show: (truth: number, said: number) => void;
}

/** @returns undefined where no image of any pair is there */
export function confusedImages(view: View, holdout: HoldoutView): ConfusedImages | undefined {
  const { pairs, names } = holdout;
  const [first] = pairs;
  if (first === undefined) return undefined;
  const nameOf = (truth: number, said: number): string =>
    `${names[truth] ?? truth} taken for ${names[said] ?? said}`;
  const byName = new Map(pairs.map((pair) => [nameOf(pair.truth, pair.said), pair]));
  const place = el("div", { "aria-live": "polite" });
  const draw = (name: string): void =>
    place.replaceChildren(pairThumbnails(view, holdout, byName.get(name) ?? first));
  const { field, select } = choose(
    "Rows",
    Array.from(byName.keys(), (name) => [name, name]),
    draw,
  );
  draw(nameOf(first.truth, first.said));
  const title = el("h3", { id: "confused-title" }, "Rows of a pair, as all trials see them");
  return {
    element: el("div", {}, title, el("div", { class: "controls" }, field), place),
    has: (truth, said) => byName.has(nameOf(truth, said)),
    show: (truth, said) => {
      select.value = nameOf(truth, said);
      draw(select.value);
      title.scrollIntoView({ block: "nearest" });
    },
  };
}
