import { escapeWithinLines } from "../../../../core/printable.ts";
import { button, el } from "../dom.ts";
import { formatCount, plural } from "../numbers.ts";
import type { Selection } from "../selection.ts";
import { keepAll, readStored, store } from "./kept.ts";

/** What the server tells (serving/live-report.ts). */
interface Told {
  readonly state: string;
  readonly results: number;
  readonly warnings: readonly string[];
}

/** A reader who does nothing for so long is not disturbed by newer results; one who has narrowed something looks longer. */
const [QUIET_MS, NARROWED_QUIET_MS] = [10_000, 60_000];
/** A page that came from afar, or took long to make, stays for longer than that. */
const [LEAST_AGE_MS, AGE_OF_LOADING] = [30_000, 10];
/** Not "scroll": a page scrolls by itself, too, when it gets shorter or goes smoothly to where it was sent. */
const HANDS = ["pointerdown", "pointermove", "touchmove", "wheel", "keydown", "input"] as const;
/** What is stored: of which state a page was asked for without a hand. */
const TRIED = "bsweep tried";

/**
 * Where a server gave the page: follows the sweep. New results take the page's place when nobody is at work on it, or when
 * asked to. A page that is a file knows nothing of a server, and asks nobody.
 */
export function followSweep(main: HTMLElement, selection: Selection): void {
  const { state, results } = document.documentElement.dataset;
  if (state === undefined) return;
  keepAll(main);
  const follower = new Follower(state, Number(results), selection);
  document.body.append(follower.element);
  const events = new EventSource(`${location.pathname.replace(/\/+$/, "")}/events`);
  events.addEventListener("results", ({ data }: MessageEvent<string>) =>
    follower.hear(JSON.parse(data) as Told),
  );
  events.addEventListener("open", () => follower.connect(""));
  events.addEventListener("error", () => {
    const isOver = events.readyState === EventSource.CLOSED;
    const then = isOver ? "Its server has ended." : "Its server does not answer; asking again.";
    follower.connect(`This page is of ${since}. ${then}`);
  });
  const since = new Date().toTimeString().slice(0, 8);
}

class Follower {
  readonly element = el("div", { id: "live", role: "status", "aria-label": "Newer results" });
  readonly #state: string;
  readonly #results: number;
  readonly #selection: Selection;
  #told: Told | undefined;
  #connection = "";
  #touchedAt = performance.now();

  constructor(state: string, results: number, selection: Selection) {
    this.#state = state;
    this.#results = results;
    this.#selection = selection;
    for (const name of HANDS)
      addEventListener(name, () => (this.#touchedAt = performance.now()), { passive: true });
    setInterval(() => this.#followAlone(), 1000);
    this.#show();
  }

  hear(told: Told): void {
    this.#told = told;
    this.#show();
  }

  /** @param connection what is wrong with it; empty: nothing */
  connect(connection: string): void {
    this.#connection = connection;
    this.#show();
  }

  get #isOld(): boolean {
    return this.#told !== undefined && this.#told.state !== this.#state;
  }

  #show(): void {
    const warnings = this.#told?.warnings ?? [];
    const parts = [
      ...(this.#connection === "" ? [] : [el("p", { class: "fault" }, this.#connection)]),
      ...warnings.map((line) => el("p", { class: "fault" }, escapeWithinLines(line))),
      ...(this.#isOld ? [el("p", {}, this.#news(), " ", this.#offer())] : []),
    ];
    const quiet = el("p", { class: "quiet" }, `Live: ${formatCount(this.#results)} results so far`);
    this.element.replaceChildren(...(parts.length === 0 ? [quiet] : parts));
  }

  #news(): string {
    const more = (this.#told?.results ?? 0) - this.#results;
    return more > 0 ? plural(more, "new result") : "What is known has changed";
  }

  #offer(): HTMLElement {
    return button("Show", () => location.reload(), { "aria-label": "Show the newer results" });
  }

  #followAlone(): void {
    if (!this.#isOld || this.#connection !== "" || !this.#isQuiet) return;
    // The server could not make a page of it the last time.
    const state = this.#told?.state ?? "";
    if (readStored(TRIED) === state) return;
    store(TRIED, state);
    location.reload();
  }

  get #isQuiet(): boolean {
    const now = performance.now();
    const [loading] = performance.getEntriesByType("navigation");
    const least = Math.max(LEAST_AGE_MS, AGE_OF_LOADING * (loading?.duration ?? 0));
    const quiet = this.#selection.isNarrowed ? NARROWED_QUIET_MS : QUIET_MS;
    // Nobody sees it, or somebody is about to copy something.
    const isBusy = document.hidden || getSelection()?.isCollapsed === false;
    return !isBusy && now >= least && now - this.#touchedAt >= quiet;
  }
}
