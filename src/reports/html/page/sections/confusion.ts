import { listConfused, SHOWN_PAIRS } from "../../../../stats/confused-pairs.ts";
import type { Confusion, HoldoutView } from "../../../../stats/report-page.ts";
import { cividis, inkOn } from "../colours.ts";
import { button, choose, el, scrolling, table } from "../dom.ts";
import { formatCount, plural } from "../numbers.ts";
import { section } from "../section.ts";
import type { View } from "../view.ts";
import { confusedImages, type ConfusedImages } from "./pair-rows.ts";
import { hardThumbnails } from "./thumbnails.ts";

/** A matrix of more classes than this is no picture any more. */
const MAX_CLASSES = 40;

/** What is taken for what. */
export function confusionSection(view: View): HTMLElement {
  const { holdout } = view.page;
  const title = "What is taken for what";
  if (holdout.reason !== null) return section("confusion", title, el("p", {}, holdout.reason));
  const place = el("div", { class: "columns" });
  const images = confusedImages(view, holdout);
  const show = (confusion: Confusion | undefined): void => {
    if (confusion === undefined) return;
    place.replaceChildren(...showConfusion(holdout, confusion, view, images));
  };
  const name = ({ trial }: Confusion): string => `trial ${view.page.trials.number[trial] ?? ""}`;
  const choice = choose(
    "Of",
    holdout.confusions.map((each) => [
      name(each),
      `${name(each)}, rank ${view.page.trials.rank[each.trial] ?? ""}`,
    ]),
    (chosen) => show(holdout.confusions.find((each) => name(each) === chosen)),
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
    images?.element ?? null,
    el("h3", {}, "Rows that most trials get wrong"),
    hardThumbnails(view, holdout),
  );
}

function showConfusion(
  holdout: HoldoutView,
  confusion: Confusion,
  view: View,
  images: ConfusedImages | undefined,
): readonly HTMLElement[] {
  const number = view.page.trials.number[confusion.trial] ?? 0;
  const { classes } = holdout;
  const pairs = listConfused(confusion.counts, classes);
  const wrong = pairs.reduce((sum, { count }) => sum + count, 0);
  const rows = pairs.slice(0, SHOWN_PAIRS).map(({ count, truth, said }) => {
    const pair = `${holdout.names[truth] ?? truth} taken for ${holdout.names[said] ?? said}`;
    const isShown = images?.has(truth, said) === true;
    const show = (): void => images?.show(truth, said);
    return [isShown ? button(pair, show, { class: "link" }) : pair, formatCount(count)];
  });
  const caption = `Trial ${number}: ${formatCount(wrong)} of ${formatCount(holdout.rows)} wrong; most often`;
  return [
    ...(classes > MAX_CLASSES
      ? [el("p", {}, `A matrix of ${classes} classes is too large to be shown.`)]
      : [matrix(holdout, confusion, number)]),
    table(caption, ["what", "rows"], rows, [1]),
  ];
}

function matrix(holdout: HoldoutView, { counts }: Confusion, number: number): HTMLElement {
  const { classes, names } = holdout;
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
