import { existsSync } from "node:fs";
import { join } from "node:path";
import { valueOr } from "../../core/errors.ts";
import type { Choice } from "../../core/search.ts";
import { complainOf, formatSearchFile, parseChoice } from "../../formats/search-files.ts";
import { writeFileOnce } from "../../workspace/atomic.ts";
import { listFolder, readPlainFile } from "../../workspace/folder.ts";

/** `<slot>.json`: what a slot has chosen. */
const NAME = /^([0-9a-f]{16})\.json$/;

/**
 * The choices of a study's late-bound trials. Two files of the same content make one: `<content>.1.taken` first, so that no
 * other slot chooses these parameters, then `<slot>.json`, so that the slot chooses nothing else. Both are made once, never
 * changed, and never removed. A slot that was killed in between, and chose otherwise then, does not keep what it had taken:
 * others take `<content>.2.taken`.
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
    const text = formatSearchFile(choice);
    if (!this.#take(choice, text)) return undefined;
    return writeFileOnce(this.#path(choice.slot), text) ? choice : this.read(choice.slot);
  }

  #take({ slot, content }: Choice, text: string): boolean {
    for (let generation = 1; ; generation++) {
      const taken = join(this.#folder, `${content}.${generation}.taken`);
      if (writeFileOnce(taken, text)) return true;
      const holder = this.#holderOf(taken);
      if (holder === slot) return true;
      if (holder === undefined || !this.#hasChosenOtherwise(holder, content)) return false;
    }
  }

  #hasChosenOtherwise(slot: string, content: string): boolean {
    const made = valueOr(undefined, () => this.read(slot));
    return made !== undefined && made.content !== content;
  }

  #holderOf(taken: string): string | undefined {
    return valueOr(undefined, () => parseChoice(readPlainFile(taken), taken).slot);
  }

  #path(slot: string): string {
    return join(this.#folder, `${slot}.json`);
  }
}
