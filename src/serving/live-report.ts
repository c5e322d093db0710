import { loadStudy } from "../app/plan/load-study.ts";
import { readPage } from "../app/report-page.ts";
import { type ReportOptions, readStudy } from "../app/report.ts";
import { Looks } from "../app/watch/looks.ts";
import type { Effects } from "../core/effects.ts";
import { formatLiveHtml, type LiveHtml } from "../reports/html/html.ts";
import { type CollectedState, readCollectedState } from "../storage/collected-state.ts";
import { MemoryDatabase, SHORT_TIMEOUT_MS } from "../storage/database.ts";

/** What pages that are open are told. */
export interface Told extends Pick<CollectedState, "state" | "results"> {
  /** Why things may be older than they should be; empty when all is well. */
  readonly warnings: readonly string[];
}

interface Seen {
  readonly collected: CollectedState;
  /** The last one that was made, and of what. */
  readonly page: { readonly html: LiveHtml; readonly state: string } | undefined;
}

/**
 * The HTML report of a study that goes on. It makes a page only when one is asked for and results have changed; never
 * two things at once. Where that fails, the last page stays.
 */
export class LiveReport {
  readonly #looks: Looks<Seen>;
  readonly #milliseconds: number;
  #lookedAt = -Infinity;
  #isPageWanted = false;
  /** What goes on now, and all that waits for it. */
  #turn: Promise<unknown> = Promise.resolve();

  constructor(options: ReportOptions & { readonly seconds: number }, effects: Effects) {
    const memory = new MemoryDatabase();
    this.#milliseconds = options.seconds * 1000;
    this.#looks = new Looks(effects, (quiet, last) => {
      const { study } = loadStudy({ studyFile: options.study.file });
      const asked = { ...options, study, memory, lockMs: SHORT_TIMEOUT_MS };
      return readStudy(asked, quiet, async (database) => {
        const collected = readCollectedState(database, study);
        const { state } = collected;
        if (!this.#isPageWanted || last?.page?.state === state)
          return { collected, page: last?.page };
        return {
          collected,
          page: { state, html: formatLiveHtml(await readPage(database, asked), collected) },
        };
      });
    });
  }

  /** @throws BsweepError as readStudy does, until it could once */
  look(): Promise<Told> {
    return this.#alone(async () => {
      await this.#again();
      const { state = "", results = 0 } = this.#looks.last?.collected ?? {};
      return { state, results, warnings: this.#looks.warnings };
    });
  }

  /**
   * Of a look at most `seconds` old.
   * @returns undefined, with the reasons among the warnings of a look, where none could be made so far
   */
  page(): Promise<LiveHtml | undefined> {
    return this.#alone(async () => {
      if (performance.now() - this.#lookedAt > this.#milliseconds) await this.#again();
      const { collected, page } = this.#looks.last ?? {};
      if (page?.state !== collected?.state) {
        this.#isPageWanted = true;
        await this.#again().finally(() => (this.#isPageWanted = false));
      }
      return this.#looks.last?.page?.html;
    });
  }

  async #again(): Promise<void> {
    await this.#looks.again();
    this.#lookedAt = performance.now();
  }

  #alone<T>(act: () => Promise<T>): Promise<T> {
    const turn = this.#turn.then(act);
    this.#turn = turn.catch(() => undefined);
    return turn;
  }
}
