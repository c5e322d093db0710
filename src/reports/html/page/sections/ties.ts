import { button, el } from "../dom.ts";
import { keep } from "../live/kept.ts";
import { formatCount, plural } from "../numbers.ts";
import type { Selection } from "../selection.ts";
import type { View } from "../view.ts";

/** More of them stand in the table only. */
const SHOWN = 20;
const SOURCE = "tie group";

/** Those that cannot be told from the best: to look at one by one, and to select. */
export function tieGroupOf(view: View, selection: Selection): HTMLElement | null {
  const { members, trials } = view.page.answer?.tieGroup ?? { members: [], trials: [] };
  if (members.length < 2) return null;
  const own = new Set(trials);
  const narrow = (isOn: boolean): void =>
    selection.narrow(SOURCE, isOn ? (trial) => own.has(trial) : null);
  const select = button("", () => narrow(!selection.isNarrowedBy(SOURCE)), { id: "tie-group" });
  const tell = (): void => {
    const isOn = selection.isNarrowedBy(SOURCE);
    select.setAttribute("aria-pressed", String(isOn));
    const those = `these ${plural(own.size, "trial")}`;
    select.textContent = isOn ? `Let ${those} go` : `Select ${those}`;
  };
  selection.onChange(tell);
  tell();
  keep(SOURCE, () => selection.isNarrowedBy(SOURCE), narrow);
  const links = members.slice(0, SHOWN).map((number) =>
    button(String(number), () => selection.look(view.find(number)), {
      ...{ class: "link", "aria-label": `Look at trial ${number}, as good as the best` },
    }),
  );
  const left = members.length - links.length;
  return el(
    "p",
    { class: "members" },
    "Trials ",
    ...links,
    left === 0 ? " " : ` and ${formatCount(left)} more `,
    select,
  );
}
