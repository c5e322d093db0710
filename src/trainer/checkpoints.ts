import { readdirSync, readFileSync, rmSync } from "node:fs";
import { join } from "node:path";
import { BsweepError, messageOf, valueOr } from "../core/errors.ts";
import type { TrainerRequest } from "../formats/trainer-request.ts";
import { decodeSafetensors, encodeSafetensors } from "../formats/safetensors.ts";
import { parseProgress, type Progress } from "../formats/training-progress.ts";
import { writeFileAtomic } from "../workspace/atomic.ts";
import type { ModelState } from "./model.ts";

/** A checkpoint is kept beside its successor: one of the two is whole whatever happens. */
const KEPT = 2;
const NAME = /^checkpoint-(\d{8})\.safetensors$/;

export interface Checkpoint {
  readonly state: ModelState;
  readonly progress: Progress;
}

/** The checkpoints of one trial, in a folder of its own. */
export class Checkpoints {
  readonly #folder: string;
  readonly #identity: Readonly<Record<string, string>>;
  readonly #warn: (message: string) => void;

  constructor(folder: string, request: TrainerRequest, warn: (message: string) => void) {
    const { trialId, dataset, seed, resource } = request;
    this.#folder = folder;
    this.#identity = {
      trialId,
      dataset: dataset.digest,
      seed: String(seed),
      epochs: String(resource.epochs),
    };
    this.#warn = warn;
  }

  /** Writes a checkpoint and drops all but the last two. A disk that is full costs the checkpoint, not the training. */
  write({ state, progress }: Checkpoint): void {
    const names = this.#list();
    const number = numberOf(names.at(-1)) + 1;
    const metadata = { ...this.#identity, progress: JSON.stringify(progress) };
    const name = `checkpoint-${String(number).padStart(8, "0")}.safetensors`;
    try {
      writeFileAtomic(join(this.#folder, name), encodeSafetensors({ tensors: state, metadata }));
      for (const old of names.slice(0, names.length + 1 - KEPT))
        rmSync(join(this.#folder, old), { force: true });
    } catch (error) {
      this.#warn(`no checkpoint: ${messageOf(error)}; training goes on`);
    }
  }

  /** The newest checkpoint that is whole and this trial's; what cannot be used is told and passed over. */
  readLatest(): Checkpoint | undefined {
    for (const name of this.#list().reverse()) {
      try {
        return this.#read(join(this.#folder, name));
      } catch (error) {
        this.#warn(`passing over a checkpoint: ${messageOf(error)}`);
      }
    }
    return undefined;
  }

  #read(file: string): Checkpoint {
    const { tensors, metadata } = decodeSafetensors(readFileSync(file), file);
    for (const [key, expected] of Object.entries(this.#identity)) {
      if (metadata[key] !== expected)
        throw new BsweepError(
          "INVALID_MODEL",
          `${file} is of another trial: found ${key} ${metadata[key] ?? "none"}, expected ${expected}`,
        );
    }
    return { state: tensors, progress: parseProgress(metadata["progress"] ?? "", file) };
  }

  /** In the order of writing. */
  #list(): string[] {
    const names = valueOr([], () => readdirSync(this.#folder));
    return names.filter((name) => NAME.test(name)).sort();
  }
}

function numberOf(name: string | undefined): number {
  return Number(NAME.exec(name ?? "")?.[1] ?? 0);
}

/** `go on`, `save` and go on, `stop` after saving. */
type Decision = "go on" | "save" | "stop";

interface ClockOptions {
  /** Between checkpoints; 0: one after each epoch. */
  readonly seconds: number;
  /** ISO 8601 UTC, or null. */
  readonly endsAt: string | null;
  readonly stop: AbortSignal;
}

/** Says when a training is to save and when it is to stop: told to, or out of time. */
export class CheckpointClock {
  readonly #options: ClockOptions;
  #savedAt = performance.now();

  constructor(options: ClockOptions) {
    this.#options = options;
  }

  /** After a step. */
  decide(): Decision {
    const { seconds, endsAt, stop } = this.#options;
    if (stop.aborted || (endsAt !== null && Date.now() >= Date.parse(endsAt))) return "stop";
    const due = seconds > 0 && performance.now() - this.#savedAt >= seconds * 1000;
    if (!due) return "go on";
    this.#savedAt = performance.now();
    return "save";
  }

  /** After an epoch. */
  decideAtEpoch(): Decision {
    const decision = this.decide();
    return decision === "go on" && this.#options.seconds === 0 ? "save" : decision;
  }
}
