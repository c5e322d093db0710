import { setTimeout as sleep } from "node:timers/promises";
import {
  type Claim,
  type ClaimFolder,
  type ElementClaims,
  MOST_LOSSES,
  UNCLAIMED,
} from "../../rounds/claims.ts";
import { keepVigil } from "../../rounds/vigil.ts";

/** Between two looks of a task that waits for others; it is to notice soon that they are done. */
const MOST_PAUSE_SECONDS = 3;

/** How an element ended in this task; an error that only concerns the element is `failed`. */
export type ClaimedEnd = "done" | "returned" | "failed";

interface PoolTaskOptions {
  readonly folder: ClaimFolder;
  /** Elements 1 .. elements. */
  readonly elements: number;
  /** Tasks of the pool: they start at different elements, so that they seldom want the same one. */
  readonly slots: number;
  /** Without a change in a claim for so long, its holder counts as dead; six beats. */
  readonly patienceSeconds: number;
  /** Whether so much time of the job is left that another element may start. */
  readonly hasTimeFor: (isFirst: boolean) => boolean;
  /** Aborts to stop: the element at hand is given back. */
  readonly signal: AbortSignal;
  /**
   * Runs an element; the signal aborts when the task is to stop, or has lost the element.
   * @throws what ends this task too: a host that cannot run any element
   */
  readonly run: (index: number, signal: AbortSignal) => Promise<ClaimedEnd>;
  /** A line on what this task does. */
  readonly log: (line: string) => void;
}

/**
 * `complete`: every element is done. `given up`: all but those that too many tasks were lost over. `left`: there
 * are elements left, for which there is no time, or the task was stopped.
 */
export type PoolTaskEnd = "complete" | "given up" | "left";

/**
 * Takes elements until none is left, and waits at the end for those that others hold: if one of them dies, its
 * element is taken over.
 */
export async function runPoolTask(options: PoolTaskOptions): Promise<PoolTaskEnd> {
  const { folder, signal, patienceSeconds, log } = options;
  const beatSeconds = patienceSeconds / 6;
  const pauseSeconds = Math.min(beatSeconds, MOST_PAUSE_SECONDS);
  const findSilent = keepVigil(folder, { patienceSeconds, pauseSeconds });
  for (let taken = 0; ;) {
    const open = survey(options);
    if (open.length === 0) return endOf(options);
    if (signal.aborted || !options.hasTimeFor(taken === 0)) return "left";
    const free = open.filter(({ claims }) => !claims.isHeld);
    const claim = claimOne(free.length > 0 ? free : findDead(open, findSilent, folder), options);
    if (claim === undefined) {
      if (free.length === 0) await pause(pauseSeconds, signal);
      continue;
    }
    taken += 1;
    log(`takes element ${claim.index}`);
    log(`element ${claim.index}: ${await runClaimed(claim, options, beatSeconds)}`);
  }
}

interface OpenElement {
  readonly index: number;
  readonly claims: ElementClaims;
}

/** Elements that are neither done nor given up. */
function survey({ folder, elements }: PoolTaskOptions): OpenElement[] {
  const known = folder.list();
  const open: OpenElement[] = [];
  for (let index = 1; index <= elements; index++) {
    const claims = known.get(index) ?? UNCLAIMED;
    if (!claims.isDone && claims.losses < MOST_LOSSES) open.push({ index, claims });
  }
  return open;
}

function endOf({ folder, elements }: PoolTaskOptions): PoolTaskEnd {
  const done = [...folder.list().values()].filter(({ isDone }) => isDone).length;
  if (done < elements) return "given up";
  folder.markComplete();
  return "complete";
}

/** The first of these that no other task takes meanwhile, from a place of this task's own on. */
function claimOne(elements: readonly OpenElement[], options: PoolTaskOptions): Claim | undefined {
  const start = Math.floor(Math.random() * Math.min(elements.length, options.slots));
  for (const { index, claims } of [...elements.slice(start), ...elements.slice(0, start)]) {
    const claim = options.folder.claim(index, claims);
    if (claim !== undefined) return claim;
  }
  return undefined;
}

/** Elements whose holders have died, but for those over which too many have died now. */
function findDead(
  open: readonly OpenElement[],
  findSilent: ReturnType<typeof keepVigil>,
  folder: ClaimFolder,
): readonly OpenElement[] {
  const held = open.map(({ index, claims }) => ({ index, generation: claims.generation }));
  const dead = new Set(findSilent(held));
  const found = open.filter(({ index }) => dead.has(index));
  const isLast = ({ claims }: OpenElement): boolean => claims.losses + 1 >= MOST_LOSSES;
  for (const { index, claims } of found.filter(isLast)) folder.bury(index, claims.generation);
  return found.filter((each) => !isLast(each));
}

async function pause(seconds: number, signal: AbortSignal): Promise<void> {
  await sleep(seconds * 1000, undefined, { signal }).catch(() => undefined);
}

/** Runs an element while telling the others that it is being run. */
async function runClaimed(
  claim: Claim,
  { run, signal }: PoolTaskOptions,
  beatSeconds: number,
): Promise<string> {
  const lost = new AbortController();
  const beats = setInterval(() => {
    if (!claim.beat()) lost.abort();
  }, beatSeconds * 1000);
  try {
    const end = await run(claim.index, AbortSignal.any([signal, lost.signal]));
    if (end === "done") claim.finish();
    else if (lost.signal.aborted)
      return "taken over by another task, which saw no sign of this one";
    else if (end === "returned") claim.giveBack();
    else claim.fail();
    return end;
  } catch (error) {
    claim.fail();
    throw error;
  } finally {
    clearInterval(beats);
  }
}
