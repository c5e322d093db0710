import { existsSync, mkdirSync, rmSync, statSync } from "node:fs";
import { join } from "node:path";
import {
  type ArtifactRecord,
  type ArtifactRule,
  listBeyond,
  MOST_LISTED,
} from "../core/artifacts.ts";
import { mayGoOn } from "../core/pruning.ts";
import { complaintOf, messageOf, valueOr } from "../core/errors.ts";
import type { TrialResult } from "../core/trial.ts";
import { formatArtifactRecord, parseArtifactRecord } from "../formats/artifact-record.ts";
import type { Round } from "../formats/round-file.ts";
import { meetsAll } from "../stats/requirements.ts";
import { writeFileAtomic } from "../workspace/atomic.ts";
import { listFolder, listTree, readPlainFile } from "../workspace/folder.ts";
import { clearLeftovers } from "../workspace/leftovers.ts";
import type { Layout } from "../workspace/layout.ts";
import { describePackedFile } from "../workspace/packed-dataset.ts";
import { describeTrialModel } from "./trial-model.ts";

/** `<trialId>.json`, beside the folder `<trialId>`. */
const RECORD = /^([0-9a-f]{16})\.json$/;
const FOLDER = /^[0-9a-f]{16}$/;

/**
 * What trials of a study leave beside their results, a folder for each trial, and a record beside it once its result stands.
 * An element removes what is not among the best of those that have a record: so what goes has as many better ones as are kept,
 * whose results are there, and whatever is among the best of all is never removed by anybody.
 */
export class Artifacts {
  readonly #layout: Layout;
  readonly #folder: string;

  constructor(layout: Layout, study: string) {
    this.#layout = layout;
    this.#folder = layout.artifacts(study, ".");
  }

  folderOf(trialId: string): string {
    return join(this.#folder, trialId);
  }

  /**
   * The folder of a trial that is about to start, empty unless it goes on from a checkpoint. System errors are passed on.
   */
  open(trialId: string, goesOn: boolean): string {
    const folder = this.folderOf(trialId);
    if (!goesOn) this.remove(trialId);
    mkdirSync(folder, { recursive: true });
    clearLeftovers(folder);
    return folder;
  }

  /**
   * What becomes of a trial's artifacts now that its result stands. Those of a complete one are recorded, and what is not among the best
   * any more is removed, which they may be themselves; a pruned one's stay while it may go on from its checkpoint; others go.
   * What has been recorded stays as it is. System errors are passed on. @throws BsweepError WORKSPACE
   */
  settle(result: TrialResult, round: Round): void {
    const { trialId, state } = result;
    const rule = round.artifacts;
    if (rule === undefined || mayGoOn(result, round.pruning)) return;
    if (state !== "complete") this.remove(trialId);
    else if (!existsSync(this.#recordOf(trialId)) && existsSync(this.folderOf(trialId)))
      this.#keep(result, round, rule);
  }

  #keep(result: TrialResult, round: Round, rule: ArtifactRule): void {
    const { trialId } = result;
    const folder = this.folderOf(trialId);
    const rough = describe(result, round, rule);
    const others = this.readAll().records;
    const isBeyond = listBeyond([...others, rough], rule.keep).includes(rough);
    if (isBeyond || listTree(folder).length === 0) {
      this.remove(trialId);
      return;
    }
    describeTrialModel(folder, result, round, this.#layout);
    writeFileAtomic(this.#recordOf(trialId), formatArtifactRecord(fill(rough, folder)));
    // Read again: of two who end at once, one sees the other's.
    const beyond = listBeyond(this.readAll().records, rule.keep);
    // What belongs to somebody else may have to stay; it keeps nothing else.
    const stays = beyond.flatMap((each) => complaintOf(() => this.remove(each.trialId)) ?? []);
    if (stays.length > 0) throw new Error(stays.join("; "));
  }

  /** The folder first: a record without one is removed by whoever looks next. System errors are passed on. */
  remove(trialId: string): void {
    rmSync(this.folderOf(trialId), { recursive: true, force: true, maxRetries: 2 });
    rmSync(this.#recordOf(trialId), { force: true });
  }

  /** All records, in no order; why, for those that cannot be used. @throws BsweepError WORKSPACE */
  readAll(): {
    readonly records: readonly ArtifactRecord[];
    readonly complaints: readonly string[];
  } {
    const records: ArtifactRecord[] = [];
    const complaints: string[] = [];
    for (const name of listFolder(this.#folder)) {
      const trialId = RECORD.exec(name)?.[1];
      if (trialId === undefined) continue;
      const file = this.#recordOf(trialId);
      try {
        const record = parseArtifactRecord(readPlainFile(file), file);
        if (record.trialId === trialId) records.push(record);
        else complaints.push(`${file} is of ${record.trialId}`);
      } catch (error) {
        // Removed in between: another was better.
        if (existsSync(file)) complaints.push(messageOf(error));
      }
    }
    return { records, complaints };
  }

  /** Trials that have a folder and no record: they run, or were interrupted. */
  listUnrecorded(): string[] {
    const names = new Set(valueOr([], () => listFolder(this.#folder)));
    return [...names].filter((name) => FOLDER.test(name) && !names.has(`${name}.json`));
  }

  #recordOf(trialId: string): string {
    return join(this.#folder, `${trialId}.json`);
  }
}

/** A record whose files are yet to be looked at. */
function describe(result: TrialResult, round: Round, { within }: ArtifactRule): ArtifactRecord {
  const { number, trialId, attempt, objective: value } = result;
  if (value === null) throw new Error(`trial ${number} is not complete`);
  return {
    schemaVersion: 1,
    ...{ number, trialId, attempt, within },
    objective: { ...round.objective, value },
    isWanted: meetsAll(result, round),
    ...{ count: 0, bytes: 0, files: [] },
  };
}

function fill(rough: ArtifactRecord, folder: string): ArtifactRecord {
  const names = listTree(folder);
  const sizes = names.map((name) => statSync(join(folder, name)).size);
  return {
    ...rough,
    count: names.length,
    bytes: sizes.reduce((sum, size) => sum + size, 0),
    files: names.slice(0, MOST_LISTED).map((name) => describePackedFile(folder, name)),
  };
}
