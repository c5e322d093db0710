const INTERRUPTIONS = ["SIGINT", "SIGTERM", "SIGHUP"] as const;

/**
 * Runs `work` with a signal that aborts when someone ends this process, so that work can clean up
 * first; then the process ends by that very signal, as its parent expects.
 */
export async function runInterruptible<T>(work: (signal: AbortSignal) => Promise<T>): Promise<T> {
  const controller = new AbortController();
  let received: NodeJS.Signals | undefined;
  const stop = (name: NodeJS.Signals): void => {
    received ??= name;
    controller.abort();
  };
  for (const name of INTERRUPTIONS) process.on(name, stop);
  try {
    return await work(controller.signal);
  } finally {
    for (const name of INTERRUPTIONS) process.off(name, stop);
    if (received !== undefined) process.kill(process.pid, received);
  }
}

/**
 * A signal that aborts on Ctrl-C and the like, for a command that Ctrl-C ends as it should: nothing is killed,
 * and the exit status is its own. A second one ends the process at once.
 */
export function endOnSignal(): { readonly signal: AbortSignal; readonly release: () => void } {
  const controller = new AbortController();
  const stop = (): void => controller.abort();
  for (const name of INTERRUPTIONS) process.once(name, stop);
  return {
    signal: controller.signal,
    release: () => {
      for (const name of INTERRUPTIONS) process.off(name, stop);
    },
  };
}
