/** What stands inside an element. Texts are texts: nothing here reads HTML. */
export type Child = Node | string | null;

type Attributes = Readonly<Record<string, string | number | boolean | null>>;

/** An element; an attribute that is true has no value, one that is false or null is left out. */
export function el<K extends keyof HTMLElementTagNameMap>(
  tag: K,
  attributes: Attributes = {},
  ...children: readonly Child[]
): HTMLElementTagNameMap[K] {
  const element = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) {
    if (value === false || value === null) continue;
    element.setAttribute(name, value === true ? "" : String(value));
  }
  element.append(...children.filter((child) => child !== null));
  return element;
}

export function button(label: string, act: () => void, attributes: Attributes = {}) {
  const made = el("button", { type: "button", ...attributes }, label);
  made.addEventListener("click", act);
  return made;
}

/** A choice among a few, under a label of its own. */
export function choose(
  label: string,
  options: readonly (readonly [value: string, text: string])[],
  act: (value: string) => void,
): { readonly field: HTMLLabelElement; readonly select: HTMLSelectElement } {
  const select = el("select", {}, ...options.map(([value, text]) => el("option", { value }, text)));
  select.addEventListener("change", () => act(select.value));
  return { field: el("label", {}, `${label} `, select), select };
}

/** A word that is explained where it stands: by pointing at it, by focus, and to who listens. */
export function explained(word: string, explanation: string): HTMLElement {
  const tip = el("span", { class: "tip", role: "tooltip" }, explanation);
  return el("span", { class: "explained", tabindex: 0 }, word, tip);
}

/** A table with a header; cells on the right where `numeric` says so. */
export function table(
  caption: string,
  head: readonly string[],
  rows: readonly (readonly Child[])[],
  numeric: readonly number[] = [],
): HTMLTableElement {
  const cell = (tag: "td" | "th", child: Child, column: number) =>
    el(tag, numeric.includes(column) ? { class: "number" } : {}, child);
  const made = el(
    "table",
    {},
    el("caption", {}, caption),
    el("thead", {}, el("tr", {}, ...head.map((name, column) => headOf(name, numeric, column)))),
    el(
      "tbody",
      {},
      ...rows.map((row) => el("tr", {}, ...row.map((child, column) => cell("td", child, column)))),
    ),
  );
  return made;
}

function headOf(name: string, numeric: readonly number[], column: number): HTMLElement {
  return el("th", { scope: "col", class: numeric.includes(column) ? "number" : null }, name);
}

/** What is wide scrolls by itself, by keys too. */
export function scrolling(label: string, inner: HTMLElement): HTMLElement {
  return el("div", { class: "scroll", tabindex: 0, role: "region", "aria-label": label }, inner);
}

/** Copies a text, and says so on the button for a while. */
export function copyButton(text: () => string, label: string): HTMLButtonElement {
  const made = button(label, () => {
    void copyText(text()).then((isCopied) => {
      made.textContent = isCopied ? "Copied" : "Could not copy: select the text instead";
      setTimeout(() => (made.textContent = label), 2000);
    });
  });
  return made;
}

async function copyText(text: string): Promise<boolean> {
  try {
    await navigator.clipboard.writeText(text);
    return true;
  } catch {
    return false;
  }
}
