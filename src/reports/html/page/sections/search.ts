import { el, scrolling, table } from "../dom.ts";
import type { PageModel } from "../../../../stats/search/search-page.ts";
import { formatNumber, formatObjective } from "../numbers.ts";
import { section } from "../section.ts";
import type { Selection } from "../selection.ts";
import type { View } from "../view.ts";
import { proposalsFigure } from "./proposals.ts";
import { rungsFigure } from "./rungs.ts";

/** How the search went: nothing of a study that has none. */
export function searchSections(view: View, selection: Selection): readonly HTMLElement[] {
  const { search } = view.page;
  if (search === undefined) return [];
  const { sentences, trial, rungs, model } = search;
  return [
    section(
      "search",
      "How it searched",
      ...sentences.map((sentence) => el("p", {}, sentence)),
      trial.length === 0 ? null : proposalsFigure(view, search, selection),
      rungs.length === 0 ? null : rungsFigure(view, search, selection),
      ...(model === null ? [] : showModel(model)),
    ),
  ];
}

/** Which parameters matter to the model, and what it expects of the best. */
function showModel({ lengths, best }: PageModel): readonly HTMLElement[] {
  const byLength = "What matters, as the search's model sees it";
  const rows = lengths.map(({ name, length, change, matters }) => [
    ...[name, bar(change), formatNumber(length, 2), `matters ${matters}`],
  ]);
  const expected = "What the model expects of the best trials";
  return [
    scrolling(
      `${byLength}: table`,
      table(byLength, ["Parameter", "Bar", "Length", "In a word"], rows),
    ),
    el(
      "p",
      { class: "quiet" },
      "Length: how far apart two values tell little of each other, as a part of the parameter's whole range, or of two different words. Short matters much. The bar: how little one end of the range tells of the other.",
    ),
    ...(best.length === 0
      ? []
      : [
          scrolling(
            `${expected}: table`,
            table(
              expected,
              ["trial", "objective", "expected (one deviation to either side)"],
              best.map((each) => [
                ...[String(each.number), formatObjective(each.objective), each.expected],
              ]),
            ),
          ),
          el(
            "p",
            { class: "quiet" },
            "This is not what trials are ranked by: it is what the model, which learns from all of them, would guess of one more run.",
          ),
        ]),
  ];
}

function bar(share: number): HTMLElement {
  const made = el("span", { class: "share", "aria-hidden": "true" });
  made.style.width = `${Math.round(200 * Math.min(1, Math.max(0, share)))}px`;
  return made;
}
