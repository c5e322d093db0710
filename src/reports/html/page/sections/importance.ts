import { el, explained, scrolling, table } from "../dom.ts";
import { formatShare } from "../numbers.ts";
import { section } from "../section.ts";
import type { View } from "../view.ts";

interface Measured {
  readonly share: number | null;
  readonly low?: number;
  readonly high?: number;
  readonly isBeyondChance: boolean;
}

/** Which parameter matters. */
export function importanceSection({ page }: View): HTMLElement {
  const { importance, pairs = [] } = page;
  const beyond = importance.filter(({ isBeyondChance }) => isBeyondChance);
  const sentence =
    importance.length === 0
      ? "No parameter varies, so none can matter."
      : beyond.length === 0
        ? "No parameter by itself matters beyond chance."
        : `Beyond chance: ${beyond.map(({ parameter }) => parameter.slice(0, 60)).join(", ")}.`;
  return section(
    "importance",
    "Which parameter matters",
    el("p", {}, sentence, " ", explained("How is that told?", METHOD)),
    importance.length === 0
      ? null
      : showShares(
          "Share of the objective's variance",
          importance.map((each) => ({ ...each, name: each.parameter })),
        ),
    pairs.length === 0
      ? null
      : showShares(
          "Pairs: more than both by themselves",
          pairs.map((each) => ({ ...each, name: each.parameters.join(" and ") })),
        ),
  );
}

const METHOD =
  "The share of the objective's variance that lies between a parameter's values, less what chance alone gives. It counts as beyond chance where it is more than what shuffled results give for any parameter in 95 of 100 shuffles.";

function showShares(
  caption: string,
  rows: readonly (Measured & { readonly name: string })[],
): HTMLElement {
  const cells = rows.map((row) => [
    row.name.slice(0, 200),
    bar(row),
    describeShare(row),
    row.isBeyondChance ? "beyond chance" : "may be chance",
  ]);
  return scrolling(caption, table(caption, ["Parameter", "Bar", "Share", "Chance"], cells));
}

function bar({ share, isBeyondChance }: Measured): HTMLElement {
  const made = el("span", {
    class: isBeyondChance ? "share" : "share chance",
    "aria-hidden": "true",
  });
  made.style.width = `${Math.round(200 * Math.min(1, Math.max(0, share ?? 0)))}px`;
  return made;
}

function describeShare({ share, low, high }: Measured): string {
  if (share === null) return "cannot be told";
  const range =
    low === undefined || high === undefined ? "" : ` (${formatShare(low)} to ${formatShare(high)})`;
  return formatShare(share) + range;
}
