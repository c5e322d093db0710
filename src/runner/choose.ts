import { createExaminer } from "../cnn/examine.ts";
import { BsweepError, complaintOf, messageOf } from "../core/errors.ts";
import { CanonicalText } from "../core/canonical-json.ts";
import { computeTrialId } from "../core/identity.ts";
import type { Choice, Search } from "../core/search.ts";
import { toTrialSetting } from "../core/setting.ts";
import type { Parameters } from "../core/study.ts";
import { isOpen, type Trial, type TrialResult } from "../core/trial.ts";
import type { Round } from "../formats/round-file.ts";
import { Choices } from "../rounds/search/choices.ts";
import { readEarlierTrials } from "../rounds/search/earlier.ts";
import { historyOf, type Known, readKnown, seenOf } from "../rounds/search/known.ts";
import { observe, writeObservation } from "../rounds/search/observations.ts";
import { explainSpent } from "../rounds/search/stop.ts";
import { propose, SAMPLERS } from "../samplers/index.ts";
import { meetsAll } from "../stats/requirements.ts";
import type { Layout } from "../workspace/layout.ts";
import { openPackedDataset } from "../workspace/packed-dataset.ts";
import { hostName } from "./where.ts";

interface ChooseContext {
  readonly round: Round;
  readonly layout: Layout;
  /** A line for the element's log. */
  readonly log: (line: string) => void;
}

/** With its parameters, or why it need not run. */
type Chosen = { readonly trial: Trial } | { readonly skipped: string };

/** So many proposals in a row of which none can be taken: there is nothing left to try. */
const MOST_PROPOSALS = 10_000;

/**
 * Gives a late-bound trial its parameters: what its slot has chosen already, or else the sampler's first proposal by all
 * that is known now and that no other slot has taken.
 * @throws BsweepError INVALID_MANIFEST for a round that does not say how; WORKSPACE where nothing can be claimed
 */
export function chooseParameters(trial: Trial, context: ChooseContext): Chosen {
  if (!isOpen(trial)) return { trial };
  const { round, layout, log } = context;
  const { search } = round;
  const slot = trial.slot ?? "";
  if (search === undefined)
    throw new BsweepError(
      "INVALID_MANIFEST",
      `round ${round.round} does not say how trials choose`,
    );
  const choices = new Choices(layout.choices(round.study));
  const made = readMade(choices, slot, log);
  if (made !== undefined) return { trial: { ...trial, params: made.params } };
  const began = performance.now();
  const earlier = readEarlierTrials(layout, round);
  const { known, complaints } = readKnown(layout, round.study, search, earlier);
  for (const complaint of complaints) log(`trial ${trial.number}: warning: ${complaint}`);
  const spent = explainSpent(search.stop, known, round.objective);
  if (spent !== undefined) return { skipped: spent };
  for (const proposal of proposals(trial, search, known, context)) {
    const seconds = (performance.now() - began) / 1000;
    const choice = choices.make({ ...proposal, slot, seconds, chosenAt: new Date().toISOString() });
    if (choice === undefined) continue;
    log(`trial ${trial.number}: ${describeAsking(choice, known)}`);
    return { trial: { ...trial, params: choice.params } };
  }
  return { skipped: "every combination of the space has been tried, or is being tried" };
}

/** Of this slot; one that cannot be read may be in the making, where there are no links: `Choices.make` reads it once more. */
function readMade(choices: Choices, slot: string, log: ChooseContext["log"]): Choice | undefined {
  try {
    return choices.read(slot);
  } catch (error) {
    log(`warning: ${messageOf(error)}`);
    return undefined;
  }
}

function describeAsking({ sampler, seconds }: Choice, { earlier, ended, running }: Known): string {
  const told = earlier.length + ended.length;
  return `chosen by ${sampler.kind} in ${seconds.toFixed(2)} s, knowing ${told} ended and ${running.length} running`;
}

type Proposal = Omit<Choice, "slot" | "seconds" | "chosenAt">;

/** What the sampler proposes, combinations that can be none left out. */
function* proposals(
  { number, resource, seed }: Trial,
  { sampler, space, set, within }: Search,
  known: Known,
  { round, layout }: ChooseContext,
): Generator<Proposal> {
  const { setting, dataset, trainer } = round;
  if (setting === null)
    throw new BsweepError("INVALID_MANIFEST", `round ${round.round} has no setting`);
  const header = dataset && openPackedDataset(layout.resolve(dataset.path)).header;
  const training = { epochs: resource.epochs, rows: dataset?.rows };
  const examine = createExaminer(trainer.kind, header, training);
  const identified = new CanonicalText(toTrialSetting(setting, sampler.seed, resource.epochs));
  const identify = (params: Parameters): string | undefined => {
    const { content, reason } = examine(params);
    const of = { params: content, replicate: 0, setting: identified };
    return reason === undefined ? computeTrialId(of) : undefined;
  };
  const history = historyOf(known, set);
  const taken = new Set(history.map(({ params }) => identify({ ...set, ...params })));
  const told = { seen: seenOf(known), within, host: hostName() };
  const { revision } = SAMPLERS[sampler.kind] ?? { revision: 0 };
  let place = -1;
  for (const sampled of propose(space, { ...sampler, seed }, history)) {
    if (++place === MOST_PROPOSALS) return;
    const params = { ...set, ...sampled };
    const content = identify(params);
    if (content === undefined || taken.has(content)) continue;
    yield {
      schemaVersion: 1,
      ...{ number, params, content, place, ...told },
      sampler: { kind: sampler.kind, revision, seed },
    };
  }
}

/** Leaves what a trial that chose came to for those that choose later. Its result stands already, and is worth more. */
export function tellOthers(result: TrialResult, { round, layout, log }: ChooseContext): void {
  const { search, objective } = round;
  if (search === undefined || result.slot === undefined) return;
  const isWanted = result.state !== "complete" || meetsAll(result, round);
  const observation = observe(result, search.within, objective, isWanted);
  if (observation === undefined) return;
  const problem = complaintOf(() =>
    writeObservation(layout.observations(round.study), observation),
  );
  if (problem !== undefined)
    log(`trial ${result.number}: warning: others do not learn of it: ${problem}`);
}
