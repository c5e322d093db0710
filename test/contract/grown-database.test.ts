import fc from "fast-check";
import { rmSync } from "node:fs";
import { expect, test } from "vitest";
import { collectResults } from "../../src/app/collect/collect.ts";
import type { Round } from "../../src/formats/round-file.ts";
import type { Trial, TrialResult } from "../../src/core/trial.ts";
import { CNN_TRAINER } from "../../src/cnn/parameters.ts";
import { createLayout } from "../../src/workspace/layout.ts";
import { makeTestFolder } from "../support/folder.ts";
import { recordEffects } from "../support/prepare.ts";
import {
  makeFailure,
  makeResult,
  makeTrial,
  placeOf,
  writeResult,
  writeRound,
  type PlannedRound,
} from "../support/results.ts";
import { readContent } from "../support/study-database.ts";

const STUDY = "digits";

/** What may happen to a study between two looks at it. */
type Event =
  /** The latest round is written again, or a new one; with results only after a person has removed its folder. */
  | { readonly kind: "generate"; readonly overwrite: boolean; readonly order: number }
  | { readonly kind: "retry"; readonly trial: number }
  | { readonly kind: "result"; readonly trial: number; readonly state: TrialResult["state"] }
  | { readonly kind: "collect" };

const event: fc.Arbitrary<Event> = fc.oneof(
  fc.record({
    kind: fc.constant("generate" as const),
    overwrite: fc.boolean(),
    order: fc.nat({ max: 5 }),
  }),
  fc.record({ kind: fc.constant("retry" as const), trial: fc.nat({ max: 20 }) }),
  fc.record({
    kind: fc.constant("result" as const),
    trial: fc.nat({ max: 20 }),
    state: fc.constantFrom("complete" as const, "failed" as const, "pruned" as const),
  }),
  fc.constant({ kind: "collect" as const }),
);

/** A study whose rounds and results are written as generate, retry and elements do. */
class GrowingStudy {
  readonly workspace = makeTestFolder();
  readonly #rounds: PlannedRound[] = [];
  readonly #withResult = new Set<number>();
  #written = 0;

  async apply(event: Event): Promise<void> {
    switch (event.kind) {
      case "generate": {
        this.#generate(event);
        return;
      }
      case "retry": {
        this.#retry(event.trial);
        return;
      }
      case "result": {
        this.#leave(event);
        return;
      }
      case "collect":
        await this.collect();
    }
  }

  async collect(): Promise<void> {
    if (this.#rounds.length === 0) return;
    await collectResults({ study: STUDY, layout: createLayout(this.workspace) }, recordEffects());
  }

  content(): object {
    return readContent(createLayout(this.workspace).database(STUDY));
  }

  get isPlanned(): boolean {
    return this.#rounds.length > 0;
  }

  /** Three trials that no earlier round holds, numbered on, in one of six orders; odd rounds of another setting. */
  #generate({ overwrite, order }: { readonly overwrite: boolean; readonly order: number }): void {
    const last = this.#rounds.at(-1);
    const mayGo = last !== undefined && (order === 5 || !this.#withResult.has(last.round));
    if (overwrite && mayGo) this.#rounds.pop();
    const round = this.#rounds.length + 1;
    const first = Math.max(0, ...this.#trials().map(({ number }) => number)) + 1;
    const values = [0, 1, 2].map((place) => (place + order) % 5);
    const ordered = order > 2 ? values.reverse() : values;
    const trials = ordered.map((value, place) =>
      makeTrial(first + place, { filters: round * 10 + value }),
    );
    this.#write(round, trials, round % 2);
  }

  #retry(pick: number): void {
    const known = this.#trials();
    if (known.length === 0) return;
    const trial = known[pick % known.length];
    if (trial === undefined) return;
    const attempts = known.filter(({ trialId }) => trialId === trial.trialId);
    const attempt = Math.max(...attempts.map((each) => each.attempt)) + 1;
    const { filters } = trial.params;
    const origin = Math.floor(Number(filters) / 10);
    this.#write(this.#rounds.length + 1, [{ ...trial, attempt }], origin % 2);
  }

  #leave({ trial: pick, state }: Extract<Event, { kind: "result" }>): void {
    const places = this.#rounds.flatMap((round) =>
      round.trials.map((trial, position) => ({ round, trial, position })),
    );
    const place = places[pick % Math.max(1, places.length)];
    if (place === undefined) return;
    const { round, trial, position } = place;
    const { array, index } = placeOf(round, position);
    const result =
      state === "failed"
        ? makeFailure(trial, index, { kind: "error", message: "failed" })
        : makeResult(trial, index, 4000 + trial.number, earlyEndOf(state));
    writeResult(round, array, result, `a${this.#written++}`);
    this.#withResult.add(round.round);
  }

  #write(round: number, trials: readonly Trial[], seed: number): void {
    const planned = { workspace: this.workspace, study: STUDY, round, arraySize: 2, trials };
    const holdout = { fraction: 0.1, seed };
    const setting: Round["setting"] = {
      ...{ trainer: CNN_TRAINER, precision: "float32", datasetDigest: "sha256:d", holdout },
    };
    rmSync(createLayout(this.workspace).round(STUDY, round), { recursive: true, force: true });
    writeRound(planned, { setting, nonce: (this.#written++).toString(16).padStart(8, "0") });
    this.#rounds.push(planned);
  }

  #trials(): readonly Trial[] {
    return this.#rounds.flatMap(({ trials }) => trials);
  }
}

function earlyEndOf(state: TrialResult["state"]): Partial<TrialResult> {
  if (state !== "pruned") return {};
  return { state, objective: null, earlyEnd: { reason: "poor", step: 3, value: 0.5 } };
}

/** Results stay behind, of which some fit the new round and some do not. */
const REMOVED_BY_HAND: [Event[]][] = [0, 4].map((order) => [
  [
    { kind: "generate", overwrite: false, order },
    ...[0, 1, 2].map((trial): Event => ({ kind: "result", trial, state: "complete" })),
    { kind: "collect" },
    { kind: "generate", overwrite: true, order: 5 },
  ],
]);

test("a database that saw a study grow is the same as one built at the end", async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(event, { minLength: 3, maxLength: 14 }), async (events) => {
      const study = new GrowingStudy();
      for (const each of events) await study.apply(each);
      fc.pre(study.isPlanned);
      await study.collect();
      const grown = study.content();
      rmSync(createLayout(study.workspace).database(STUDY));
      await study.collect();
      expect(study.content()).toEqual(grown);
    }),
    { numRuns: 40, examples: REMOVED_BY_HAND },
  );
});
