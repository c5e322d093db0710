interface Part {
  readonly read: () => unknown;
  readonly restore: (value: unknown) => void;
}

const PARTS = new Map<string, Part>();

/**
 * Says how something that the reader has chosen is told, as JSON can hold it, and chosen again: a page of newer results
 * takes the place of this one, and has it all as it was.
 */
export function keep<T>(name: string, read: () => T, restore: (value: T) => void): void {
  PARTS.set(name, { read, restore: (value) => restore(value as T) });
}

/** Of one page, in this window alone. */
const storageKey = (): string => `bsweep ${location.pathname}`;

/** Writes down what is chosen whenever the page goes, and chooses what was written down. */
export function keepAll(main: HTMLElement): void {
  const kept = readKept();
  for (const [name, { restore }] of PARTS) if (Object.hasOwn(kept, name)) restore(kept[name]);
  for (const [name, control] of listControls(main))
    if (Object.hasOwn(kept, name)) setControl(control, kept[name]);
  requestAnimationFrame(() => scrollBack(kept["place"] as Place | null));
  addEventListener("pagehide", () => {
    const parts = Array.from(PARTS, ([name, { read }]) => [name, read()]);
    const controls = Array.from(listControls(main), ([name, each]) => [name, readControl(each)]);
    const all: unknown = Object.fromEntries([...parts, ...controls, ["place", findPlace(main)]]);
    store(storageKey(), JSON.stringify(all));
  });
}

/** Of this window; a browser may keep nothing. */
export function store(key: string, text: string): void {
  try {
    sessionStorage.setItem(key, text);
  } catch {
    // See above.
  }
}

export function readStored(key: string): string | null {
  try {
    return sessionStorage.getItem(key);
  } catch {
    return null;
  }
}

function readKept(): Record<string, unknown> {
  return JSON.parse(readStored(storageKey()) ?? "{}") as Record<string, unknown>;
}

const CONTROLS = 'select, details, input[type="checkbox"]';
type Control = HTMLSelectElement | HTMLDetailsElement | HTMLInputElement;

/** What needs no word of its own: choices among a few, marks, and what is folded; by section, label and place among equals. */
function listControls(main: HTMLElement): ReadonlyMap<string, Control> {
  const found = new Map<string, Control>();
  for (const control of main.querySelectorAll<Control>(CONTROLS)) {
    const section = control.closest("section")?.id ?? "";
    const name = labelOf(control);
    let place = 0;
    while (found.has(`${section} ${name} ${place}`)) place += 1;
    found.set(`${section} ${name} ${place}`, control);
  }
  return found;
}

function labelOf(control: Control): string {
  if (control instanceof HTMLInputElement) return control.parentElement?.textContent ?? "";
  const label = control instanceof HTMLSelectElement ? control.parentElement : control;
  return label?.firstChild?.textContent ?? "";
}

function readControl(control: Control): unknown {
  if (control instanceof HTMLSelectElement) return control.value;
  return control instanceof HTMLInputElement ? control.checked : control.open;
}

function setControl(control: Control, value: unknown): void {
  if (control instanceof HTMLDetailsElement) {
    control.open = value === true;
    return;
  }
  if (control instanceof HTMLInputElement) {
    if (control.checked !== value) control.click();
    return;
  }
  if (control.value === value || typeof value !== "string") return;
  const before = control.value;
  control.value = value;
  // There is no such choice any more.
  if (control.selectedIndex < 0) control.value = before;
  else control.dispatchEvent(new Event("change"));
}

/** The section that is read, and where its top is. */
interface Place {
  readonly id: string;
  readonly top: number;
}

function findPlace(main: HTMLElement): Place | null {
  if (scrollY === 0) return null;
  const sections = Array.from(main.querySelectorAll("section"), (each) => ({
    id: each.id,
    top: each.getBoundingClientRect().top,
  }));
  return sections.findLast(({ top }) => top <= 0) ?? sections[0] ?? null;
}

function scrollBack(place: Place | null | undefined): void {
  const section = document.getElementById(place?.id ?? "");
  if (section === null) return;
  scrollTo(0, scrollY + section.getBoundingClientRect().top - (place?.top ?? 0));
}
