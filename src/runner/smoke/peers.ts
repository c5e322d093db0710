import { existsSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { valueOr } from "../../core/errors.ts";
import type { PeerFacts } from "../../formats/smoke-files.ts";
import { writeFileAtomic } from "../../workspace/atomic.ts";
import { readPlainFile } from "../../workspace/folder.ts";

const LOOK_MS = 100;

/** A probe of a pool, and where it meets the others. */
interface Meeting {
  readonly folder: string;
  /** From 1. */
  readonly place: number;
  /** Probes of the pool. */
  readonly count: number;
  readonly host: string;
  /** Longest to wait for the others. */
  readonly seconds: number;
}

/** What is known of another probe so far. */
interface Peer {
  readonly place: number;
  askedAt?: number;
  askedClock?: number;
  answered: boolean;
  facts?: PeerFacts;
}

/**
 * Asks every other probe through a file, and answers them in the same way. All times are told apart by a
 * stopwatch; the clocks of two hosts are only compared with each other.
 */
export async function meetPeers(meeting: Meeting): Promise<PeerFacts[]> {
  const { folder, place, count, host, seconds } = meeting;
  const at = (name: string): string => join(folder, `${name}.json`);
  writeFileAtomic(at(`hello-${place}`), JSON.stringify({ host }));
  const places = Array.from({ length: count }, (_, index) => index + 1);
  const others = places.filter((other) => other !== place);
  const peers = others.map((other): Peer => ({ place: other, answered: false }));
  const end = performance.now() + seconds * 1000;
  while (peers.some(({ facts, answered }) => facts === undefined || !answered)) {
    if (performance.now() > end) break;
    for (const peer of peers) {
      ask(peer, meeting, at);
      answer(peer, meeting, at);
    }
    await sleep(LOOK_MS);
  }
  const unknown = { host: "", roundTripSeconds: null, clockAheadSeconds: null };
  return peers.map(({ place: own, facts }) => facts ?? { place: own, ...unknown });
}

/** A probe that is there is asked once; its answer is looked for from then on. */
function ask(peer: Peer, { place }: Meeting, at: (name: string) => string): void {
  const question = at(`ask-${place}-${peer.place}`);
  if (peer.askedAt === undefined) {
    if (!existsSync(at(`hello-${peer.place}`))) return;
    peer.askedAt = performance.now();
    peer.askedClock = Date.now();
    writeFileAtomic(question, "{}");
    return;
  }
  if (peer.facts !== undefined) return;
  const file = at(`answer-${place}-${peer.place}`);
  const told = valueOr(undefined, () => JSON.parse(readPlainFile(file)) as Answer);
  if (told === undefined) return;
  const roundTripSeconds = (performance.now() - peer.askedAt) / 1000;
  const clockAheadSeconds = (told.at - (peer.askedClock ?? 0)) / 1000 - roundTripSeconds / 2;
  peer.facts = { place: peer.place, host: told.host, roundTripSeconds, clockAheadSeconds };
}

type Answer = Readonly<{ host: string; at: number }>;

function answer(peer: Peer, { place, host }: Meeting, at: (name: string) => string): void {
  if (peer.answered || !existsSync(at(`ask-${peer.place}-${place}`))) return;
  const text = JSON.stringify({ host, at: Date.now() } satisfies Answer);
  writeFileAtomic(at(`answer-${peer.place}-${place}`), text);
  peer.answered = true;
}

/** Whether this process is the one that makes the file: the claims of a pool rest on it. */
export function makeExclusively(file: string, text: string): boolean {
  return valueOr(false, () => {
    writeFileSync(file, text, { flag: "wx" });
    return true;
  });
}
