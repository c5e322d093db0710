import { existsSync, rmSync } from "node:fs";
import { join } from "node:path";
import { valueOr } from "../../core/errors.ts";
import type { Choice } from "../../core/search.ts";
import { complainOf, formatSearchFile, parseChoice } from "../../formats/search-files.ts";
import { writeFileOnce } from "../../workspace/atomic.ts";
import { listFolder, readPlainFile } from "../../workspace/folder.ts";

/** `<slot>.json`: what a slot has chosen. */
const NAME = /^([0-9a-f]{16})\.json$/;

/**
 * The choices of a study's late-bound trials. Two files of the same content make one: `<content>.taken` first, so that no
 * other slot chooses these parameters, then `<slot>.json`, so that the slot chooses nothing else. Both are made once and
 * never changed; who is killed in between finds the first one again.
 */
export class Choices {
  readonly #folder: string;

  constructor(folder: string) {
    this.#folder = folder;
  }

  /** Slots that have chosen, in no order. @throws BsweepError WORKSPACE */
  slots(): string[] {
    return listFolder(this.#folder).flatMap((name) => NAME.exec(name)?.[1] ?? []);
  }

  /** Undefined where there is none. @throws BsweepError INVALID_RESULT for one that cannot be used */
  read(slot: string): Choice | undefined {
    const path = this.#path(slot);
    return existsSync(path) ? parseChoice(readPlainFile(path), path) : undefined;
  }

  /** All that can be used, by slot; why for the others. @throws BsweepError WORKSPACE */
  readAll(slots: readonly string[] = this.slots()): {
    readonly choices: ReadonlyMap<string, Choice>;
    readonly complaints: readonly string[];
  } {
    const choices = new Map<string, Choice>();
    const complaints: string[] = [];
    for (const slot of slots) {
      try {
        const choice = this.read(slot);
        if (choice?.slot === slot) choices.set(slot, choice);
        else if (choice !== undefined) complaints.push(`${this.#path(slot)} is of ${choice.slot}`);
      } catch (error) {
        complaints.push(complainOf(this.#path(slot), error));
      }
    }
    return { choices, complaints };
  }

  /**
   * Makes a choice, unless its slot has one or its parameters are another's.
   * @returns what the slot has chosen; undefined where another slot has these parameters
   * @throws BsweepError WORKSPACE where nothing can be written; INVALID_RESULT as read does
   */
  make(choice: Choice): Choice | undefined {
    const { slot, content } = choice;
    const taken = join(this.#folder, `${content}.taken`);
    const text = formatSearchFile(choice);
    if (!writeFileOnce(taken, text) && this.#holderOf(taken) !== slot) return undefined;
    if (writeFileOnce(this.#path(slot), text)) return choice;
    const made = this.read(slot);
    if (made !== undefined && made.content !== content)
      valueOr(undefined, () => rmSync(taken, { force: true }));
    return made;
  }

  #holderOf(taken: string): string | undefined {
    return valueOr(undefined, () => parseChoice(readPlainFile(taken), taken).slot);
  }

  #path(slot: string): string {
    return join(this.#folder, `${slot}.json`);
  }
}
