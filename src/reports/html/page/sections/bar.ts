import { button, el } from "../dom.ts";
import { compileFilter } from "../filter/filter.ts";
import { FilterError } from "../filter/tokens.ts";
import { formatCount } from "../numbers.ts";
import { keep } from "../live/kept.ts";
import type { Selection } from "../selection.ts";
import type { View } from "../view.ts";

/** What stays in sight: how many trials are selected, and the filter. */
export function selectionBar(view: View, selection: Selection): HTMLElement {
  const count = el("output", { id: "selected" });
  const fault = el("span", { class: "fault", role: "alert", id: "filter-fault" });
  const input = filterField(view, selection, fault);
  const clear = button("Show all", () => {
    input.value = "";
    fault.textContent = "";
    selection.clear();
  });
  const tell = (): void => {
    count.textContent = `${formatCount(selection.count)} of ${formatCount(view.trials)} trials selected`;
    clear.disabled = !selection.isNarrowed;
  };
  selection.onChange(tell);
  tell();
  return el(
    "div",
    { class: "bar", role: "search", "aria-label": "Which trials are shown" },
    ...[count, el("label", { for: "filter" }, "Filter"), input, clear, fault, help(view)],
  );
}

function filterField(view: View, selection: Selection, fault: HTMLElement): HTMLInputElement {
  const input = el("input", {
    ...{ type: "search", id: "filter", spellcheck: "false", autocomplete: "off" },
    ...{ placeholder: "rank <= 10 or state = failed" },
    "aria-describedby": "filter-fault filter-help",
  });
  input.addEventListener("input", () => {
    const text = input.value.trim();
    try {
      selection.narrow("filter", text === "" ? null : compileFilter(text, view.columns));
      fault.textContent = "";
    } catch (error) {
      if (!(error instanceof FilterError)) throw error;
      fault.textContent = error.message;
    }
  });
  keep(
    "filter",
    () => input.value,
    (text) => {
      input.value = text;
      input.dispatchEvent(new Event("input"));
    },
  );
  return input;
}

function help(view: View): HTMLElement {
  const example = (view.parameters[0]?.key ?? "trial").slice(0, 40);
  const text = `Names of columns, such as ${example}; = != < <= > >= and ~ for “contains”; and, or, not, ( ). Odd names go between backticks.`;
  const inner = el("span", { class: "quiet", id: "filter-help" }, text);
  return el("details", { class: "help" }, el("summary", {}, "How to filter"), inner);
}
