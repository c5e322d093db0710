import {
  FormatModule,
  MoveColumnsModule,
  ResizeColumnsModule,
  SortModule,
  Tabulator,
} from "tabulator-tables";
import type { CellComponent, ColumnDefinition, RowComponent } from "tabulator-tables";
import { button, copyButton, el } from "../dom.ts";
import { plural } from "../numbers.ts";
import { section } from "../section.ts";
import type { Selection } from "../selection.ts";
import type { Column, View } from "../view.ts";
import { writeCsv } from "../csv.ts";

Tabulator.registerModule([FormatModule, MoveColumnsModule, ResizeColumnsModule, SortModule]);

/** All that a row holds: the columns know the rest. */
interface Row {
  readonly id: number;
}

/** More columns than these are hidden at first. */
const SHOWN_PARAMETERS = 10;

/** Every trial that is selected, to sort, to copy, to take away. */
export function tableSection(view: View, selection: Selection): HTMLElement {
  const place = el("div", { id: "trials-table" });
  const said = el("p", { class: "sentence", role: "status", id: "table-status" });
  const shown = new Set(view.columns.filter((column) => isShownFirst(column, view)));
  let grid: Tabulator | undefined;
  const rows = (): readonly Row[] => selection.list().map((id) => ({ id }));
  const order = (): readonly number[] =>
    grid === undefined ? selection.list() : (grid.getData("active") as Row[]).map(({ id }) => id);
  const csv = (): string =>
    writeCsv(
      view.columns.filter((column) => shown.has(column)),
      order(),
    );
  const start = (): void => {
    grid?.destroy();
    grid = createGrid(
      place,
      view.columns.filter((column) => shown.has(column)),
      rows(),
      selection,
    );
  };
  const tell = (): void => {
    said.textContent = `${plural(selection.count, "trial")} of ${plural(view.trials, "trial")} in the table`;
  };
  let version = selection.version;
  selection.onChange(() => {
    if (version === selection.version) return;
    version = selection.version;
    tell();
    void grid?.replaceData(rows() as Row[]);
  });
  tell();
  new IntersectionObserver(
    ([entry], observer) => {
      if (entry?.isIntersecting !== true) return;
      observer.disconnect();
      start();
    },
    { rootMargin: "400px" },
  ).observe(place);
  return section(
    "table",
    "All trials",
    chooseColumns(view, shown, start),
    el(
      "div",
      { class: "controls" },
      copyButton(csv, "Copy as CSV"),
      button("Save as CSV", () => saveCsv(csv(), view.page.study)),
    ),
    said,
    place,
  );
}

function isShownFirst({ key, group, parameter }: Column, view: View): boolean {
  if (parameter !== undefined)
    return view.parameters.slice(0, SHOWN_PARAMETERS).some((column) => column.key === key);
  if (["rank", "trial", "state", "seconds", "model parameters"].includes(key)) return true;
  if (group === "metric") return key === view.objective.key;
  return key === "setting" && view.page.trials.setting.some((code) => code > 0);
}

function createGrid(
  place: HTMLElement,
  columns: readonly Column[],
  rows: readonly Row[],
  selection: Selection,
): Tabulator {
  return new Tabulator(place, {
    data: rows as Row[],
    index: "id",
    height: "32rem",
    rowHeight: 32,
    layout: "fitDataFill",
    movableColumns: true,
    nestedFieldSeparator: false,
    columnDefaults: { resizable: "header" },
    placeholder: el("p", {}, "No trial is selected"),
    initialSort: [{ column: "c0", dir: "asc" }],
    columns: columns.map((column, place) => defineColumn(column, place, selection)),
  } as never);
}

/** Names and values go in as text nodes: Tabulator would read texts as HTML. */
function defineColumn(column: Column, place: number, selection: Selection): ColumnDefinition {
  return {
    title: "",
    field: `c${place}`,
    titleFormatter: () =>
      el("button", { type: "button", title: column.explanation }, cut(column.title)),
    formatter: (cell: CellComponent) => showCell(column, (cell.getData() as Row).id, selection),
    hozAlign: column.isNumeric ? "right" : "left",
    sorter: (
      _a: unknown,
      _b: unknown,
      a: RowComponent,
      b: RowComponent,
      _c: unknown,
      direction: string,
    ) => compareCells(column, (a.getData() as Row).id, (b.getData() as Row).id, direction),
  } as unknown as ColumnDefinition;
}

/** Ascending; what is not told stays at the end, whatever the direction. */
function compareCells(column: Column, a: number, b: number, direction: string): number {
  const [left, right] = [column.number(a), column.number(b)];
  const [isLeft, isRight] = [!Number.isNaN(left), !Number.isNaN(right)];
  if (isLeft && isRight) return left - right || (direction === "asc" ? a - b : b - a);
  return (Number(isRight) - Number(isLeft)) * (direction === "asc" ? 1 : -1);
}

const cut = (text: string): string => (text.length > 60 ? `${text.slice(0, 60)}…` : text);

function showCell(column: Column, trial: number, selection: Selection): HTMLElement {
  const text = cut(column.text(trial));
  if (column.key !== "trial") return el("span", {}, text);
  return button(text, () => selection.look(trial), {
    class: "link",
    "aria-label": `Look at trial ${text}`,
  });
}

function chooseColumns(view: View, shown: Set<Column>, restart: () => void): HTMLElement {
  const boxes = view.columns.map((column) => {
    const box = el("input", { type: "checkbox", checked: shown.has(column) });
    box.addEventListener("change", () => {
      if (box.checked) shown.add(column);
      else shown.delete(column);
      restart();
    });
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
