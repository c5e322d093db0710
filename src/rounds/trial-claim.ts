import { existsSync, rmSync } from "node:fs";
import { setTimeout as sleep } from "node:timers/promises";
import { valueOr } from "../core/errors.ts";
import { hasMakerEnded, makerMark } from "../workspace/maker.ts";
import { type Claim, ClaimFolder, UNCLAIMED } from "./claims.ts";
import { keepVigil } from "./vigil.ts";

/** Between two looks at a trial that somebody else runs. */
const PAUSE_SECONDS = 1;
/** A trial's folder of claims holds those of one thing. */
const TRIAL = 1;

interface ClaimOptions {
  /** Of the trial, and of no other; made where it is not there. */
  readonly folder: string;
  /** This process, for people: host, process, job. */
  readonly owner: string;
  /** Without a sign of life for so long, who holds the trial counts as dead. */
  readonly patienceSeconds: number;
  /** Whether who held it is known to be dead: nobody is waited for. */
  readonly takesOver: boolean;
  /** Aborts to stop waiting. */
  readonly signal: AbortSignal;
  /** Called once, with who runs the trial, when that is to be waited for. */
  readonly onWait: (holder: string) => void;
}

/**
 * A trial that this process alone runs. Two at once would write the same checkpoints: a `local` beside another, a
 * requeued job whose host was only cut off, a retry of what was taken for lost.
 */
export interface HeldTrial {
  /** How often it has been started, this time included. */
  readonly starts: number;
  /** Whether another process had it before, so that there may be a result. */
  readonly hasWaited: boolean;
  /** Aborts once another process has taken the trial over, having seen no sign of this one. */
  readonly lost: AbortSignal;
  /** It has its result: no claim is needed any more. */
  readonly finish: () => void;
  /** Anybody may go on with it at once. */
  readonly giveBack: () => void;
}

/** A trial where nothing can be claimed: better run than not. */
export const UNCLAIMED_TRIAL: HeldTrial = {
  ...{ starts: 1, hasWaited: false, lost: new AbortController().signal },
  ...{ finish: () => undefined, giveBack: () => undefined },
};

/** Shows signs of life for as long as the trial is held. */
function hold(
  claim: Claim,
  seen: Pick<HeldTrial, "starts" | "hasWaited">,
  { folder, patienceSeconds }: ClaimOptions,
): HeldTrial {
  const lost = new AbortController();
  const beat = (): void => {
    if (!claim.beat()) lost.abort();
  };
  const beats = setInterval(beat, patienceSeconds * (1000 / 6)).unref();
  const end = (act: () => void): void => {
    clearInterval(beats);
    if (!lost.signal.aborted) act();
  };
  return {
    ...{ ...seen, lost: lost.signal },
    finish: () => end(() => removeClaims(folder)),
    giveBack: () => end(() => valueOr(undefined, () => claim.giveBack())),
  };
}

/** Of a trial that has its result. What stays costs nothing. */
export function removeClaims(folder: string): void {
  valueOr(undefined, () => rmSync(folder, { recursive: true, force: true }));
}

/**
 * Takes a trial, and waits as long as another process runs it.
 * @returns undefined once the signal aborts
 * @throws BsweepError WORKSPACE where nothing can be claimed
 */
export async function claimTrial(options: ClaimOptions): Promise<HeldTrial | undefined> {
  const { folder, patienceSeconds, takesOver, signal, onWait } = options;
  const owner = `${options.owner} [${makerMark()}]`;
  let hasWaited = false;
  let look: ReturnType<typeof keepVigil> | undefined;
  const isGone = (claims: ClaimFolder, generation: number): boolean => {
    look ??= keepVigil(claims, { patienceSeconds, pauseSeconds: PAUSE_SECONDS });
    if (takesOver || isDead(claims.readStamp(TRIAL, generation))) return true;
    return look([{ index: TRIAL, generation }]).length > 0;
  };
  while (!signal.aborted) {
    // Made anew each time: who has finished removes it.
    const claims = new ClaimFolder(folder, owner);
    const last = claims.list().get(TRIAL) ?? UNCLAIMED;
    if (!last.isHeld || isGone(claims, last.generation)) {
      const claim = claims.claim(TRIAL, last);
      if (claim === undefined) continue;
      return hold(claim, { starts: last.generation + 1, hasWaited }, options);
    }
    if (!hasWaited) onWait(nameHolder(claims.readStamp(TRIAL, last.generation)));
    hasWaited = true;
    await sleep(PAUSE_SECONDS * 1000, undefined, { signal }).catch(() => undefined);
  }
  return undefined;
}

/** Who holds a claim, for people. */
function nameHolder(stamp: string): string {
  const [holder = ""] = stamp.split(" [");
  return holder === "" ? "another process" : holder;
}

/** Who runs a trial, for people; undefined when nobody does, as far as can be seen at a glance. */
export function findHolder(folder: string): string | undefined {
  if (!existsSync(folder)) return undefined;
  const claims = new ClaimFolder(folder, "");
  const last = claims.list().get(TRIAL);
  const stamp = claims.readStamp(TRIAL, last?.generation ?? 0);
  return last?.isHeld === true && !isDead(stamp) ? nameHolder(stamp) : undefined;
}

/** Whether who wrote a stamp is known to have ended; false where that cannot be seen from here. */
function isDead(stamp: string): boolean {
  const [, mark] = /\[([^\]]*)\]/.exec(stamp) ?? [];
  return mark !== undefined && hasMakerEnded(mark) === true;
}
