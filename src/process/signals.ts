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
