import type { Confusion, HoldoutView } from "../../../../stats/report-page.ts";
import { cividis, inkOn } from "../colours.ts";
import { choose, el, scrolling, table } from "../dom.ts";
import { formatCount, plural } from "../numbers.ts";
import { section } from "../section.ts";
import type { View } from "../view.ts";
import { thumbnails } from "./thumbnails.ts";

/** A matrix of more classes than this is no picture any more. */
const MAX_CLASSES = 40;
const PAIRS = 8;

/** What is taken for what. */
export function confusionSection(view: View): HTMLElement {
  const { holdout } = view.page;
  const title = "What is taken for what";
  if (holdout.reason !== null) return section("confusion", title, el("p", {}, holdout.reason));
  const place = el("div", { class: "columns" });
  const show = (confusion: Confusion | undefined): void => {
    if (confusion !== undefined) place.replaceChildren(...showConfusion(holdout, confusion, view));
  };
  const name = ({ trial }: Confusion): string => `trial ${view.page.trials.number[trial] ?? ""}`;
  const choice = choose(
    "Of",
    holdout.confusions.map((each, at) => [
      String(at),
      `${name(each)}, rank ${view.page.trials.rank[each.trial] ?? ""}`,
    ]),
    (at) => show(holdout.confusions[Number(at)]),
  );
  show(holdout.confusions[0]);
  return section(
    "confusion",
    title,
    el(
      "p",
      { class: "quiet" },
      `${plural(holdout.rows, "row")} were held out, and ${plural(holdout.judged, "trial")} told what they predicted for them.`,
    ),
    holdout.confusions.length > 1 ? el("div", { class: "controls" }, choice.field) : null,
    place,
    el("h3", {}, "Rows that most trials get wrong"),
    thumbnails(view, holdout),
  );
}

function showConfusion(
  holdout: HoldoutView,
  confusion: Confusion,
  view: View,
): readonly HTMLElement[] {
  const number = view.page.trials.number[confusion.trial] ?? 0;
  const { classes } = holdout;
  const pairs = Array.from(confusion.counts, (count, place) => ({
    count,
    truth: Math.floor(place / classes),
    said: place % classes,
  }))
    .filter(({ count, truth, said }) => count > 0 && truth !== said)
    .sort((a, b) => b.count - a.count || a.truth - b.truth || a.said - b.said);
  const wrong = pairs.reduce((sum, { count }) => sum + count, 0);
  const rows = pairs
    .slice(0, PAIRS)
    .map(({ count, truth, said }) => [String(truth), String(said), formatCount(count)]);
  const caption = `Trial ${number}: ${formatCount(wrong)} of ${formatCount(holdout.rows)} wrong; most often`;
  return [
    ...(classes > MAX_CLASSES
      ? [el("p", {}, `A matrix of ${classes} classes is too large to be shown.`)]
      : [matrix(holdout, confusion, number)]),
    table(caption, ["is", "taken for", "rows"], rows, [2]),
  ];
}

function matrix({ classes }: HoldoutView, { counts }: Confusion, number: number): HTMLElement {
  const most = counts.reduce(
    (high, count, place) => (place % (classes + 1) === 0 ? high : Math.max(high, count)),
    1,
  );
  const cells = (truth: number) =>
    Array.from({ length: classes }, (_, said) => {
      const count = counts[truth * classes + said] ?? 0;
      const cell = el("td", {}, count === 0 ? "·" : formatCount(count));
      if (truth === said || count === 0) return cell;
      const shade = 0.15 + 0.85 * Math.sqrt(count / most);
      cell.style.background = cividis(shade);
      cell.style.color = inkOn(shade);
      return cell;
    });
  const names = Array.from({ length: classes }, (_, name) => String(name));
  const made = el(
    "table",
    { class: "confusion" },
    el(
      "caption",
      {},
      `Trial ${number}: true classes down, predicted ones across; mistakes are coloured, the most yellow`,
    ),
    el(
      "thead",
      {},
      el("tr", {}, el("td", {}, ""), ...names.map((name) => el("th", { scope: "col" }, name))),
    ),
    el(
      "tbody",
      {},
      ...names.map((name, truth) =>
        el("tr", {}, el("th", { scope: "row" }, name), ...cells(truth)),
      ),
    ),
  );
  return scrolling(`Confusion matrix of trial ${number}`, made);
}
