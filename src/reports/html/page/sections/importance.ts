import type { PageShare } from "../../../../stats/report-page.ts";
import { el, explained, scrolling, table } from "../dom.ts";
import { formatShare } from "../numbers.ts";
import { section } from "../section.ts";
import type { View } from "../view.ts";

/** Which parameter matters. */
export function importanceSection({ page }: View): HTMLElement {
  const { importance, pairs } = page;
  const isBeyond = (share: PageShare | null): boolean => share?.isBeyondChance ?? false;
  const beyond = importance.filter(({ variance, best }) => isBeyond(variance) || isBeyond(best));
  const sentence =
    importance.length === 0
      ? "No parameter varies, so none can matter."
      : beyond.length === 0
        ? "No parameter matters beyond chance."
        : `Beyond chance: ${beyond.map(({ parameter }) => parameter.slice(0, 60)).join(", ")}.`;
  return section(
    "importance",
    "Which parameter matters",
    el("p", {}, sentence, " ", explained("How is that told?", METHOD)),
    showShares(
      "Of the objective's variance, what a parameter explains alone",
      importance.map(({ parameter, variance }) => ({ name: parameter, told: variance })),
    ),
    showShares(
      "Of what tells the best tenth of the trials from all",
      importance.map(({ parameter, best }) => ({ name: parameter, told: best })),
    ),
    showShares(
      "Pairs: of the variance, what both explain beyond what they do alone",
      pairs.map((pair) => ({ name: pair.parameters.join(" and "), told: pair })),
    ),
  );
}

const METHOD =
  "The first table: a random forest learns the objective from the parameters, and the variance of what it predicts over the whole search space is taken apart (fANOVA; Hutter, Hoos and Leyton-Brown 2014). The second: how much a parameter's values differ between the best tenth and all trials (PED-ANOVA; Watanabe and others 2023); its shares add up to all. Ranges are of 95 %, over redrawn trials. Beyond chance is what is more than shuffled results give for any parameter; where nothing matters, that happens in one study of twenty.";

interface Shown {
  readonly name: string;
  readonly told: PageShare | null;
}

function showShares(caption: string, rows: readonly Shown[]): HTMLElement | null {
  if (rows.length === 0) return null;
  const cells = rows.map(({ name, told }) => [
    name.slice(0, 200),
    bar(told),
    ...(told === null
      ? ["cannot be told", "", ""]
      : [
          formatShare(told.share),
          `${formatShare(told.low)} to ${formatShare(told.high)}`,
          told.isBeyondChance ? "beyond chance" : "may be chance",
        ]),
  ]);
  return scrolling(caption, table(caption, ["Parameter", "Bar", "Share", "95 %", "Chance"], cells));
}

function bar(told: PageShare | null): HTMLElement {
  const made = el("span", {
    class: told?.isBeyondChance === true ? "share" : "share chance",
    "aria-hidden": "true",
  });
  made.style.width = `${Math.round(200 * Math.min(1, Math.max(0, told?.share ?? 0)))}px`;
  return made;
}
