/** What programs ended badly without the test having looked at how. */
const unseen = new Set<string>();

interface ProgramEnd {
  readonly status?: number | null;
  readonly exitStatus?: number | null;
  readonly stderr: string;
}

/** Where the end of a program tells that it is not good. */
const TELLING = ["status", "exitStatus", "signal", "succeeded", "failure"];

/**
 * How a program ended, as it is: but a test that does not read of an end other than 0 how it ended fails, by
 * `expect-seen.ts`. So no exit status is thrown away, and what was not meant to fail did not.
 */
export function watchEnd<End extends ProgramEnd>(what: string, end: End): End {
  const status = end.status ?? end.exitStatus ?? null;
  if (status === 0) return end;
  const report = `${what} ended with ${status ?? "a signal"}: ${end.stderr}`;
  unseen.add(report);
  const watched = { ...end };
  for (const name of TELLING.filter((key) => key in end)) {
    const value: unknown = end[name as keyof End];
    const get = (): unknown => {
      unseen.delete(report);
      return value;
    };
    Object.defineProperty(watched, name, { get, enumerable: true });
  }
  return watched;
}

/** What is unseen by now; it is forgotten. */
export function takeUnseen(): readonly string[] {
  const taken = [...unseen];
  unseen.clear();
  return taken;
}
