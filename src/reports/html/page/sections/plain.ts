import { copyButton, el, scrolling, table } from "../dom.ts";
import { section } from "../section.ts";
import type { Selection } from "../selection.ts";
import type { View } from "../view.ts";
import { slotsFigure } from "./slots.ts";

/** What it cost. */
export function ledgerSection(view: View, selection: Selection): HTMLElement {
  const { page } = view;
  const rows = page.ledger.map(({ label, value, explanation }) => [label, value, explanation]);
  return section(
    "ledger",
    "What it cost",
    rows.length === 0
      ? el("p", {}, "Nothing has run yet.")
      : scrolling("Time used: table", table("Time used", ["What", "How much", "That is"], rows)),
    rows.length === 0 ? null : slotsFigure(view, selection),
  );
}

/** Where the numbers come from, and how to tell it in a paper. */
export function provenanceSection({ page }: View): HTMLElement {
  const { facts, methods, citations } = page.provenance;
  const text = [...methods, ...citations].join("\n");
  return section(
    "provenance",
    "Where this comes from",
    scrolling(
      "Facts",
      table(
        "Facts",
        ["What", "Value"],
        facts.map(({ label, value }) => [label, value]),
      ),
    ),
    el("h3", {}, "Methods, to paste into a paper"),
    el(
      "div",
      { id: "methods" },
      ...methods.map((paragraph) => el("p", {}, paragraph)),
      ...citations.map((citation) => el("p", { class: "quiet" }, citation)),
    ),
    copyButton(() => text, "Copy the paragraph"),
    el(
      "p",
      { class: "quiet" },
      `Made by bsweep ${page.bsweep}. Charts by Apache ECharts (Apache License 2.0). Curves are kept to 16 bits of their range: 1 part in 65 534. Nothing was loaded to show this page.`,
    ),
  );
}
