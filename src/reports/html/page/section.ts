import { type Child, el } from "./dom.ts";

/** A part of the page with a heading that can be linked to. */
export function section(id: string, title: string, ...children: readonly Child[]): HTMLElement {
  return el(
    "section",
    { id, "aria-labelledby": `${id}-title` },
    el("h2", { id: `${id}-title` }, title),
    ...children,
  );
}
