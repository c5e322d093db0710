import { button, el } from "../dom.ts";
import { formatCount, plural } from "../numbers.ts";
import { section } from "../section.ts";
import type { Selection } from "../selection.ts";
import type { View } from "../view.ts";

/** What each kind means. */
const KINDS: Readonly<Record<string, string>> = {
  error: "the program ended with an error",
  timeout: "the wall time was over",
  signal: "something ended the program",
  "out-of-memory": "it wanted more memory than it was given",
  diverged: "the objective was no finite number",
  "missing-result": "the program ended well and left no result",
};

/** Why trials failed, with the last lines that they said. */
export function failuresSection(view: View, selection: Selection): HTMLElement {
  const { failures } = view.page;
  if (failures.length === 0)
    return section("failures", "Failures", el("p", {}, "No trial failed."));
  const total = failures.reduce((sum, { trials }) => sum + trials, 0);
  return section(
    "failures",
    "Failures",
    el("p", {}, `${plural(total, "trial")} failed.`),
    ...failures.map(({ kind, trials, examples }) =>
      el(
        "details",
        {},
        el("summary", {}, `${kind}: ${plural(trials, "trial")} (${KINDS[kind] ?? ""})`),
        ...examples.map(({ number, message, tail }) =>
          el(
            "div",
            {},
            el(
              "p",
              {},
              button(`Trial ${number}`, () => selection.look(view.find(number)), { class: "link" }),
              ` ${message}`,
            ),
            tail === ""
              ? null
              : el("pre", { tabindex: 0, "aria-label": `The last lines of trial ${number}` }, tail),
          ),
        ),
        trials > examples.length
          ? el(
              "p",
              { class: "quiet" },
              `and ${formatCount(trials - examples.length)} more: filter by state = failed`,
            )
          : null,
      ),
    ),
  );
}
