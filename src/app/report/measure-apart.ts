import { existsSync } from "node:fs";
import { availableParallelism } from "node:os";
import { Worker } from "node:worker_threads";
import {
  type ImportanceQuestion,
  measureImportance,
  type StudyImportance,
} from "../../stats/importance/importance.ts";
import { builtProgram } from "../../workspace/package.ts";

/** What the build makes of importance-thread.ts. */
const THREAD_PROGRAM = "importance-thread.js";

/** Of fewer rows it is measured before a thread has begun. */
const LEAST_ROWS = 1000;

/**
 * Importance, measured on a thread of its own while this one does something else, where that pays; the same numbers.
 * @returns waits for them
 */
export function measureApart(question: ImportanceQuestion): () => Promise<StudyImportance | null> {
  const { parameters, objectives, direction } = question;
  const measureHere = (): StudyImportance | null =>
    measureImportance(parameters, objectives, direction);
  const program = builtProgram(THREAD_PROGRAM);
  const isWorthIt = objectives.length >= LEAST_ROWS && availableParallelism() > 1;
  if (!isWorthIt || !existsSync(program)) return () => Promise.resolve(measureHere());
  // Where no thread can be had, or it runs out of memory, it ends without an answer.
  const answer = new Promise<StudyImportance | null | undefined>((resolve) => {
    const thread = new Worker(program, { workerData: question });
    thread.once("message", resolve);
    thread.once("error", () => undefined);
    thread.once("exit", () => resolve(undefined));
  });
  return async () => {
    const found = await answer;
    return found === undefined ? measureHere() : found;
  };
}
