import { BsweepError } from "../../core/errors.ts";
import type { EngineName } from "../../core/image.ts";
import type { Reporter } from "../../core/effects.ts";
import { runProcess } from "../../process/exec.ts";
import { runLines } from "../../process/exec.ts";
import { engineFailure } from "./engine-failure.ts";

/** Lines kept for a message. */
const KEPT_LINES = 40;

/** A command of an engine that takes long: what it says is told as it comes. */
export interface EngineCommand {
  /** For messages: `Building NAME`. */
  readonly what: string;
  readonly engine: EngineName;
  readonly args: readonly string[];
  /** Where to log in, should that be missing. */
  readonly registry?: string;
}

/** @throws BsweepError ENGINE_FAILED with its last words and what helps */
export async function runEngine(
  { what, engine, args, registry }: EngineCommand,
  reporter: Reporter,
): Promise<void> {
  const output: string[] = [];
  const run = await runLines(engine, args, (line) => {
    reporter.info(line);
    output.push(line);
    if (output.length > KEPT_LINES) output.shift();
  });
  if (run.exitStatus !== 0) {
    const failure = run.exitStatus === null ? run.failure : `exit status ${run.exitStatus}`;
    throw engineFailure(what, engine, { failure, output }, registry);
  }
}

/** What the engine knows about a local image, by a Go template; undefined when there is no such image. */
export async function inspectImage(
  engine: EngineName,
  image: string,
  format: string,
): Promise<string | undefined> {
  const run = await runProcess(engine, ["image", "inspect", "--format", format, image]);
  if (run.succeeded) return run.stdout.trim();
  if (/no such (?:image|object)|image not known|no such file/i.test(run.stderr)) return undefined;
  throw new BsweepError("ENGINE_FAILED", `${engine} image inspect ${image}: ${run.stderr.trim()}`);
}
