import { existsSync, mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { BsweepError, isSystemError, messageOf, valueOr } from "../core/errors.ts";
import { listFolder, readPlainFile } from "../workspace/folder.ts";

/** After so many tasks that died over an element, or ended with an error, nobody takes it any more. */
export const MOST_LOSSES = 3;

/**
 * What the folder tells of an element. Files say it by their names alone:
 * `17.1` claims element 17 for the first time and `17.2` for the second; `17.1.returned` gives it back in good
 * order, `17.1.failed` after an error; with `17.done` it is over.
 */
export interface ElementClaims {
  /** Of the latest claim; 0: never claimed. */
  readonly generation: number;
  /** Whether the latest claim is held: by a task at work, or by one that died. */
  readonly isHeld: boolean;
  readonly isDone: boolean;
  /** Earlier claims that were not given back in good order, and the latest one once it failed. */
  readonly losses: number;
}

export const UNCLAIMED: ElementClaims = { generation: 0, isHeld: false, isDone: false, losses: 0 };
const NAME = /^([1-9]\d*)\.([1-9]\d*(?:\.(?:returned|failed))?|done)$/;
/** Its presence says that all elements are done; the job file looks for it. */
const COMPLETE = "complete";

/**
 * The folder through which the tasks of a pool share its elements. Each step is the exclusive making of a file
 * (O_CREAT | O_EXCL), which one process alone can win, also across hosts (open(2): NFS from version 3 on).
 * Nothing is ever renamed or removed, so there is no moment at which an older claim could be taken for a newer one.
 */
export class ClaimFolder {
  readonly #folder: string;
  readonly #owner: string;

  /** @param owner for people who look at a claim: host, process, job */
  constructor(folder: string, owner: string) {
    this.#folder = folder;
    this.#owner = owner;
    try {
      mkdirSync(folder, { recursive: true });
    } catch (cause) {
      throw new BsweepError("WORKSPACE", `cannot make ${folder}: ${messageOf(cause)}`, { cause });
    }
  }

  /** Elements that have ever been claimed, by index. @throws BsweepError WORKSPACE */
  list(): ReadonlyMap<number, ElementClaims> {
    const notes = new Map<number, Set<string>>();
    for (const name of listFolder(this.#folder)) {
      const [, index, note = ""] = NAME.exec(name) ?? [];
      if (index === undefined) continue;
      const own = notes.get(Number(index)) ?? new Set();
      notes.set(Number(index), own.add(note));
    }
    return new Map([...notes].map(([index, own]) => [index, summarize(own)]));
  }

  /** The next claim of an element; undefined when another task was faster. @throws BsweepError WORKSPACE */
  claim(index: number, { generation }: ElementClaims = UNCLAIMED): Claim | undefined {
    const file = this.#file(index, generation + 1);
    try {
      writeFileSync(file, this.#stamp(0), { flag: "wx" });
    } catch (cause) {
      if (isSystemError(cause, "EEXIST")) return undefined;
      throw new BsweepError("WORKSPACE", `cannot claim an element: ${messageOf(cause)}`, { cause });
    }
    const at = (note: string | number): string => this.#file(index, note);
    return new Claim({ index, generation: generation + 1 }, at, (beat) => this.#stamp(beat));
  }

  /** What the holder of a claim last wrote into it; "" when it cannot be read. */
  readStamp(index: number, generation: number): string {
    return valueOr("", () => readPlainFile(this.#file(index, generation)));
  }

  /** Notes in place of a dead task that its claim came to nothing, so that nobody waits for it. */
  bury(index: number, generation: number): void {
    writeFileSync(this.#file(index, `${generation}.failed`), "");
  }

  markComplete(): void {
    writeFileSync(join(this.#folder, COMPLETE), "");
  }

  #file(index: number, note: string | number): string {
    return join(this.#folder, `${index}.${note}`);
  }

  #stamp(beat: number): string {
    return `${this.#owner}, beat ${beat}\n`;
  }
}

/** @param notes what follows the index in the names of an element's files: `2`, `2.returned`, `done` */
function summarize(notes: ReadonlySet<string>): ElementClaims {
  const generations = [...notes].filter((note) => /^\d+$/.test(note)).map(Number);
  const generation = Math.max(0, ...generations);
  const isReturned = notes.has(`${generation}.returned`);
  const hasFailed = notes.has(`${generation}.failed`);
  const isDone = notes.has("done");
  const lost = generations.filter((each) => each < generation && !notes.has(`${each}.returned`));
  return {
    generation,
    isHeld: generation > 0 && !isDone && !isReturned && !hasFailed,
    isDone,
    losses: lost.length + (hasFailed ? 1 : 0),
  };
}

/** An element that this task has taken. */
export class Claim {
  readonly index: number;
  readonly #generation: number;
  readonly #at: (note: string | number) => string;
  readonly #stamp: (beat: number) => string;
  #beats = 0;

  /** @param at the element's file with that note (`ElementClaims`) */
  constructor(
    { index, generation }: { readonly index: number; readonly generation: number },
    at: (note: string | number) => string,
    stamp: (beat: number) => string,
  ) {
    this.index = index;
    this.#generation = generation;
    this.#at = at;
    this.#stamp = stamp;
  }

  /**
   * Tells the others that this task is alive. A folder that cannot be reached for a moment is no reason to stop.
   * @returns false once another task holds the element, having taken this one for dead
   */
  beat(): boolean {
    this.#beats += 1;
    try {
      // In place: its length never shrinks, and a full disk has room for it.
      writeFileSync(this.#at(this.#generation), this.#stamp(this.#beats), { flag: "r+" });
    } catch {
      // See above.
    }
    return !existsSync(this.#at(this.#generation + 1));
  }

  /** Every trial of the element has its result. */
  finish(): void {
    writeFileSync(this.#at("done"), "");
  }

  /** Anybody may take it at once. */
  giveBack(): void {
    writeFileSync(this.#at(`${this.#generation}.returned`), "");
  }

  /** Anybody may take it at once, but not for ever (`MOST_LOSSES`). */
  fail(): void {
    writeFileSync(this.#at(`${this.#generation}.failed`), "");
  }
}
