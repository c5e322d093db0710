import { mkdirSync, mkdtempSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import type { TrialObservation } from "../../src/core/search.ts";
import { randomFor } from "../../src/core/random.ts";
import { formatSearchFile } from "../../src/formats/search-files.ts";
import { prunerOf } from "../../src/pruners/index.ts";
import { readRound } from "../../src/rounds/round.ts";
import { leaveAtRung, readRung } from "../../src/rounds/search/rungs.ts";
import { runBsweep } from "../support/bsweep-process.ts";
import { generateSearch, makeSearchStudyIn } from "../support/search-study.ts";
import { median, printFigure, tell } from "./figure.ts";

const KNOWN = 5000;
const ROUNDS = 7;

/**
 * What a late-bound element takes to choose beside 5,000 observations, as its own log tells it: listing, reading and
 * checking them, proposing, claiming. The baseline reads and parses the same files and does nothing else.
 */
export async function benchAsking(folder: string): Promise<void> {
  const study = makeSearchStudyIn(folder, { sampler: `kind: gp, trials: ${KNOWN + 100}` });
  await generateSearch(study);
  const { layout } = study;
  const observations = layout.observations("s");
  writeObservations(observations, readRound(layout, "s", 1)?.search?.within ?? "");
  const manifest = join(layout.round("s", 1), "array-01.trials.jsonl");
  const asked: number[] = [];
  const floors: number[] = [];
  for (let index = 1; index <= ROUNDS; index++) {
    const started = performance.now();
    for (const name of readdirSync(observations))
      JSON.parse(readFileSync(join(observations, name), "utf8"));
    floors.push((performance.now() - started) / 1000);
    const words = ["trial", "--manifest", manifest, "--index", String(index)];
    const { stdout } = await runBsweep([...words, `--workspace=${layout.workspace}`]);
    const told = /chosen by gp in ([0-9.]+) s, knowing (\d+) ended/.exec(stdout);
    if (told === null || Number(told[2]) < KNOWN) throw new Error(`it did not choose:\n${stdout}`);
    asked.push(Number(told[1]));
  }
  tell(`asking: ${asked.join(", ")} s`);
  const figure = { name: `search.asking.${KNOWN}`, unit: "s" } as const;
  printFigure({ ...figure, value: median(asked), baseline: median(floors) });
  const rungs = Array.from({ length: ROUNDS }, () => timeRungs(folder));
  const spent = median(asked) + median(rungs);
  tell(
    `asking: ${RUNGS} rungs with ${KNOWN} siblings each take ${median(rungs).toFixed(4)} s; all of it is ${((100 * spent) / TRIAL_SECONDS).toFixed(1)} % of a trial of one minute`,
  );
}

/** Rungs that a trial of 81 epochs comes to, and seconds of a trial to hold it against. */
const RUNGS = 4;
const TRIAL_SECONDS = 60;

/** What a trial takes, in seconds, to leave its losses at its rungs and to be held against all that came there before. */
function timeRungs(workspace: string): number {
  const folder = mkdtempSync(join(workspace, "rungs-"));
  const place = (rung: number) => ({ folder, within: "w", bracket: 0, rung });
  const random = randomFor(1, "bench/rungs");
  const halving = prunerOf("successive-halving");
  for (let rung = 1; rung <= RUNGS; rung++)
    for (let number = 1; number <= KNOWN; number++) leaveAtRung(place(rung), number, random.next());
  const started = performance.now();
  for (let rung = 1; rung <= RUNGS; rung++) {
    leaveAtRung(place(rung), KNOWN + 1, 0);
    const keys = { minResource: 1, reductionFactor: 3 };
    if (!halving.judge(keys, 0, readRung(place(rung), KNOWN + 1)).goesOn)
      throw new Error("the best was stopped");
  }
  return (performance.now() - started) / 1000;
}

function writeObservations(folder: string, within: string): void {
  mkdirSync(folder, { recursive: true });
  const random = randomFor(1, "bench/asking");
  for (let at = 1; at <= KNOWN; at++) {
    const trialId = at.toString(16).padStart(16, "0");
    const observation: TrialObservation = {
      schemaVersion: 1,
      ...{ number: KNOWN + at, trialId, slot: trialId, attempt: 1, within },
      params: { x: random.next(), n: [1, 2, 4, 8][random.nextInteger(4)] ?? 1, c: "a" },
      ...{ state: "complete", loss: random.next(), share: 1, cpuSeconds: 1 },
      endedAt: "2026-01-01T00:00:00.000Z",
    };
    writeFileSync(join(folder, `${trialId}.1.json`), formatSearchFile(observation));
  }
}
