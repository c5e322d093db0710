/** A program that a job file starts, as its signals reach it. */
interface JobProgram {
  /** Aborts when it is to end. */
  readonly signal: AbortSignal;
  /** Exit status (128 + number) of the first signal by which a person ended it; 0 for none. */
  readonly interruptedStatus: () => number;
}

/**
 * Listens for signals, and outlives its log: one that cannot be written, on a full disk or into a closed pipe, must not
 * cost a trial.
 * @param interrupting signals of a person, each with its exit status
 * @param ending signals of a scheduler
 * @param reason of the abort by one of them
 */
export function listenForSignals(
  interrupting: Readonly<Record<string, number>>,
  ending: readonly NodeJS.Signals[],
  reason?: unknown,
): JobProgram {
  const controller = new AbortController();
  let interruptedStatus = 0;
  for (const [name, status] of Object.entries(interrupting)) {
    process.on(name, () => {
      interruptedStatus ||= status;
      controller.abort();
    });
  }
  for (const name of ending) process.on(name, () => controller.abort(reason));
  for (const stream of [process.stdout, process.stderr]) {
    stream.removeAllListeners("error").on("error", () => undefined);
  }
  return { signal: controller.signal, interruptedStatus: () => interruptedStatus };
}
