import { el } from "./dom.ts";

/** Links to the sections. */
export function contents(sections: readonly HTMLElement[]): HTMLElement {
  const links = sections.flatMap((part) => {
    const title = part.querySelector("h2")?.textContent;
    return title === undefined ? [] : [el("li", {}, el("a", { href: `#${part.id}` }, title))];
  });
  return el("nav", { "aria-label": "Sections" }, el("ul", {}, ...links));
}
