import { button, copyButton, el, scrolling } from "../dom.ts";
import { formatCount, plural } from "../numbers.ts";
import { keep } from "../live/kept.ts";
import { section } from "../section.ts";
import type { Selection } from "../selection.ts";
import type { Column, View } from "../view.ts";
import { writeCsv } from "../csv.ts";
import { sortTrials } from "../sort.ts";

/** Rows at once: a browser lays them out in no time, and a reader of screens can tell where in the table they are. */
const ROWS = 50;
/** More columns than these are hidden at first. */
const SHOWN_PARAMETERS = 10;

/** Every trial that is selected, to sort, to copy, to take away. */
export function tableSection(view: View, selection: Selection): HTMLElement {
  const grid = new Grid(view, selection);
  const { omitted } = view.page.metrics;
  const csv = (): string => writeCsv(grid.columns, grid.order);
  return section(
    "table",
    "All trials",
    chooseColumns(view, grid),
    el(
      "div",
      { class: "controls" },
      copyButton(csv, "Copy as CSV"),
      button("Save as CSV", () => saveCsv(csv(), view.page.study)),
    ),
    ...grid.elements,
    omitted === 0
      ? null
      : el(
          "p",
          { class: "quiet" },
          `${plural(omitted, "more metric")} left out; CSV and JSON of bsweep report have all.`,
        ),
  );
}

/** A plain table, a page of it at a time. */
class Grid {
  readonly elements: readonly HTMLElement[];
  readonly #view: View;
  readonly #selection: Selection;
  readonly #shown: Set<Column>;
  readonly #head = el("tr");
  readonly #body = el("tbody");
  readonly #status = el("p", { class: "sentence", role: "status", id: "table-status" });
  readonly #pager: HTMLElement;
  #sorted: { readonly column: Column | undefined; readonly isDown: boolean };
  #order: readonly number[] | undefined;
  #page = 0;
  #isSeen = false;

  constructor(view: View, selection: Selection) {
    this.#view = view;
    this.#selection = selection;
    this.#shown = new Set(view.columns.filter((column) => isShownFirst(column, view)));
    this.#sorted = { column: view.columns.find(({ key }) => key === "rank"), isDown: false };
    const caption = el("caption", {}, "Trials that are selected");
    const table = el(
      "table",
      { id: "trials-table" },
      caption,
      el("thead", {}, this.#head),
      this.#body,
    );
    const place = scrolling("Trials that are selected", table);
    place.classList.add("grid");
    this.#pager = this.#makePager();
    this.elements = [this.#status, place, this.#pager];
    this.#listen(place);
    this.#fill();
    this.#keep();
  }

  /** Those that are shown, in their order. */
  get columns(): readonly Column[] {
    return this.#view.columns.filter((column) => this.#shown.has(column));
  }

  /** The selected trials as they are sorted; equal ones as they are ranked. */
  get order(): readonly number[] {
    const { column, isDown } = this.#sorted;
    const { mask } = this.#selection;
    this.#order ??= sortTrials(
      this.#view.standing.filter((trial) => mask[trial] === 1),
      column,
      isDown,
    );
    return this.#order;
  }

  isShown(column: Column): boolean {
    return this.#shown.has(column);
  }

  show(column: Column, isShown: boolean): void {
    if (isShown) this.#shown.add(column);
    else this.#shown.delete(column);
    this.#fill();
  }

  #listen(place: HTMLElement): void {
    let version = this.#selection.version;
    this.#selection.onChange(() => {
      if (version === this.#selection.version) return;
      version = this.#selection.version;
      this.#order = undefined;
      this.#page = 0;
      this.#tell();
      // What nobody sees is not sorted.
      if (this.#isSeen) this.#fill();
    });
    new IntersectionObserver((entries) => {
      this.#isSeen = entries.some(({ isIntersecting }) => isIntersecting);
      if (this.#isSeen) this.#fill();
    }).observe(place);
  }

  #keep(): void {
    keep(
      "table",
      () => ({
        sort: this.#sorted.column?.key,
        isDown: this.#sorted.isDown,
        page: this.#page,
      }),
      ({ sort, isDown, page }) => {
        this.#sorted = { column: this.#view.columns.find(({ key }) => key === sort), isDown };
        this.#order = undefined;
        this.#page = Math.min(page, Math.floor(Math.max(0, this.#selection.count - 1) / ROWS));
        this.#fill();
      },
    );
  }

  #fill(): void {
    const { columns } = this;
    this.#head.replaceChildren(...columns.map((column) => this.#headOf(column)));
    const shown = this.order.slice(this.#page * ROWS, (this.#page + 1) * ROWS);
    this.#body.replaceChildren(
      ...shown.map((trial) => el("tr", {}, ...columns.map((column) => this.#cell(column, trial)))),
    );
    this.#tell();
  }

  #tell(): void {
    const [first, last] = [
      this.#page * ROWS + 1,
      Math.min(this.#selection.count, (this.#page + 1) * ROWS),
    ];
    const rows = last < first ? "none" : `rows ${formatCount(first)} to ${formatCount(last)}`;
    this.#status.textContent = `${plural(this.#selection.count, "trial")} of ${formatCount(this.#view.trials)} selected; ${rows}`;
    const [back, on] = this.#pager.querySelectorAll("button");
    if (back !== undefined) back.disabled = this.#page === 0;
    if (on !== undefined) on.disabled = last >= this.#selection.count;
  }

  #headOf(column: Column): HTMLElement {
    const isSorted = this.#sorted.column === column;
    const arrow = isSorted ? (this.#sorted.isDown ? " ▼" : " ▲") : "";
    const sort = button(cut(column.title) + arrow, () => this.#sortBy(column), {
      title: column.explanation,
      class: "link",
    });
    const order = isSorted ? (this.#sorted.isDown ? "descending" : "ascending") : null;
    return el(
      "th",
      { scope: "col", "aria-sort": order, class: column.isNumeric ? "number" : null },
      sort,
    );
  }

  /** Again by the same one: the other way round. */
  #sortBy(column: Column): void {
    const isDown = this.#sorted.column === column && !this.#sorted.isDown;
    this.#sorted = { column, isDown };
    this.#order = undefined;
    this.#page = 0;
    this.#fill();
    const place = this.columns.indexOf(column);
    this.#head.querySelectorAll("button")[place]?.focus();
  }

  #cell(column: Column, trial: number): HTMLElement {
    const text = cut(column.text(trial));
    const look = (): void => this.#selection.look(trial);
    const inside =
      column.key === "trial"
        ? button(text, look, { class: "link", "aria-label": `Look at trial ${text}` })
        : text;
    return el("td", column.isNumeric ? { class: "number" } : {}, inside);
  }

  #makePager(): HTMLElement {
    const turn = (pages: number) => (): void => {
      this.#page += pages;
      this.#fill();
    };
    return el(
      "div",
      { class: "controls" },
      button("Rows before", turn(-1)),
      button("Rows after", turn(1)),
    );
  }
}

function isShownFirst({ key, group, parameter }: Column, view: View): boolean {
  if (parameter !== undefined)
    return view.parameters.slice(0, SHOWN_PARAMETERS).some((column) => column.key === key);
  if (["rank", "trial", "state", "seconds", "model parameters"].includes(key)) return true;
  if (group === "metric") return key === view.objective.key;
  return key === "setting" && view.page.trials.setting.some((code) => code > 0);
}

const cut = (text: string): string => (text.length > 60 ? `${text.slice(0, 60)}…` : text);

function chooseColumns(view: View, grid: Grid): HTMLElement {
  const boxes = view.columns.map((column) => {
    const box = el("input", { type: "checkbox", checked: grid.isShown(column) });
    box.addEventListener("change", () => grid.show(column, box.checked));
    return el("label", { title: column.explanation }, box, ` ${cut(column.title)}`);
  });
  return el("details", {}, el("summary", {}, "Columns"), el("div", { class: "choices" }, ...boxes));
}

function saveCsv(csv: string, study: string): void {
  const address = URL.createObjectURL(new Blob([csv], { type: "text/csv" }));
  const link = el("a", { href: address, download: `${study}.csv` });
  link.click();
  setTimeout(() => URL.revokeObjectURL(address), 10_000);
}
