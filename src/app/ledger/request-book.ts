import { join } from "node:path";
import type { Round } from "../../formats/round-file.ts";
import { readUsableRounds } from "../../rounds/round.ts";
import type { ElementRequest } from "../../stats/ledger/attempt.ts";
import { arrayName, type Layout, logFolderName, SUBMITTED_FOLDER } from "../../workspace/layout.ts";
import { readSubmittedAt } from "../cluster/submitted.ts";

/** What the rounds of a study say of their elements' requests, each read once. */
export class RequestBook {
  readonly #layout: Layout;
  readonly #study: string;
  readonly #rounds: ReadonlyMap<number, Round>;

  constructor(layout: Layout, study: string) {
    this.#layout = layout;
    this.#study = study;
    const { usable } = readUsableRounds(layout, study, (round) => round);
    this.#rounds = new Map(usable.map((round) => [round.round, round]));
  }

  /** Null for a round that is gone, or cannot be read. */
  requestOf(number: number): ElementRequest | null {
    const round = this.#rounds.get(number);
    if (round === undefined) return null;
    const { cpus, memoryMiB, walltimeSeconds } = round.limits;
    const gpus = round.cluster === null ? null : (round.cluster.gpu?.count ?? 0);
    return { cpus, memoryMiB, walltimeSeconds, gpus };
  }

  /** Milliseconds since 1970; null for an array that no job was asked for. */
  submittedAt(round: number, array: number): number | null {
    const folder = join(this.#layout.round(this.#study, round), SUBMITTED_FOLDER);
    const time = readSubmittedAt(join(folder, `${arrayName(array)}.job`));
    return time === null ? null : Date.parse(time);
  }

  logFolder(round: number, array: number): string {
    return join(this.#layout.round(this.#study, round), logFolderName(array));
  }
}
