import { rmSync } from "node:fs";
import { dirname } from "node:path";
import type { Effects } from "../core/effects.ts";
import { BsweepError } from "../core/errors.ts";
import { schedulerOf } from "../schedulers/index.ts";
import { parseRoundName } from "../workspace/layout.ts";
import { listFolder } from "../workspace/folder.ts";
import { loadStudy } from "./plan/load-study.ts";
import { loadSite } from "./site/load-site.ts";
import { judgeSmoke, type SmokeFinding, type SmokeProbe } from "./smoke/judge.ts";
import {
  findSmokeRounds,
  type SmokeRound,
  type SmokeTarget,
  writeSmokeRounds,
} from "./smoke/rounds.ts";
import { runHere, submitRound } from "./smoke/start.ts";
import {
  askScheduler,
  expectProbes,
  type ProbeState,
  readReports,
  watchProbes,
  type WatchOptions,
} from "./smoke/watch.ts";

export interface SmokeOptions
  extends Pick<SmokeTarget, "elements" | "hosts">, Omit<WatchOptions, "graceSeconds"> {
  /** The study whose site, image, resources and data are tried. */
  readonly studyFile?: string;
  /** The site to try; by default the study's. */
  readonly site?: string;
  /** Whether to wait for the probes' reports. */
  readonly wait: boolean;
  /** Look at what was submitted last, rather than submit. */
  readonly last: boolean;
}

/** What the probes of a site found. */
export interface SmokeReport {
  readonly site: string;
  readonly scheduler: string;
  readonly image: string;
  /** Absolute; where the rounds and their logs lie. */
  readonly rounds: readonly Pick<SmokeRound, "kind" | "folder">[];
  readonly probes: readonly SmokeProbe[];
  readonly findings: readonly SmokeFinding[];
  /** Whether every probe has reported. */
  readonly complete: boolean;
  /** Whether they were waited for. */
  readonly waited: boolean;
}

/**
 * Tries a site with a tiny array and a tiny pool, through the templates and the submit.sh that a sweep uses, and
 * judges what their probes report.
 * @throws BsweepError USAGE without a site; else as writeRound does; SCHEDULER_REFUSED
 */
export async function runSmoke(options: SmokeOptions, effects: Effects): Promise<SmokeReport> {
  const target = findTarget(options);
  const rounds = options.last ? findSmokeRounds(target) : await writeSmokeRounds(target, effects);
  const submittedAt = new Map<SmokeRound, number>();
  const probes = expectProbes(rounds);
  let running: Promise<unknown> = Promise.resolve();
  if (!options.last) {
    for (const round of rounds) submittedAt.set(round, effects.now().getTime());
    running = startAll(rounds, target, options, effects);
  }
  if (options.wait) {
    const { resultGraceSeconds: graceSeconds } = target.site;
    // Nobody need wait for what could not be started.
    const stop = new AbortController();
    running.catch(() => stop.abort());
    const signal = AbortSignal.any([options.signal, stop.signal]);
    await Promise.all([
      running,
      watchProbes(probes, { ...options, graceSeconds, signal }, effects),
    ]);
  } else await running;
  effects.reporter.endProgress();
  await readReports(probes, effects);
  if (probes.some(({ facts }) => facts === undefined) && (options.wait || options.last))
    await askScheduler(probes, options.layout, effects);
  return { ...describe(target, rounds, probes, submittedAt), waited: options.wait };
}

async function startAll(
  rounds: readonly SmokeRound[],
  { site }: SmokeTarget,
  { layout, signal }: SmokeOptions,
  { reporter }: Effects,
): Promise<void> {
  for (const round of rounds) {
    if (!schedulerOf(site).submits) await runHere(round, layout, signal);
    else reporter.info((await submitRound(round, false)).trimEnd());
  }
}

/** The commands that would submit, without submitting; nothing stays. @throws as runSmoke does */
export async function printSmoke(options: SmokeOptions, effects: Effects): Promise<string> {
  const target = findTarget(options);
  const rounds = await writeSmokeRounds(target, effects);
  try {
    if (!schedulerOf(target.site).submits)
      return rounds.map(({ folder }) => `would run the elements of ${folder} here`).join("\n");
    const texts: string[] = [];
    for (const round of rounds) texts.push(await submitRound(round, true));
    return texts.join("\n");
  } finally {
    for (const { folder } of rounds) {
      rmSync(folder, { recursive: true, force: true });
      const studyFolder = dirname(folder);
      if (!listFolder(studyFolder).some((name) => parseRoundName(name) !== undefined))
        rmSync(studyFolder, { recursive: true, force: true });
    }
  }
}

function findTarget({ layout, studyFile, site, elements, hosts }: SmokeOptions): SmokeTarget {
  const study = studyFile === undefined ? null : loadStudy({ studyFile }).study;
  const name = site ?? study?.cluster.site;
  if (name === undefined) {
    throw new BsweepError("USAGE", "found neither a study nor --site, expected one of them", {
      hint: "bsweep smoke study.yaml, or bsweep smoke --site compute1",
    });
  }
  const folder = studyFile === undefined ? layout.workspace : dirname(studyFile);
  return { layout, study, elements, hosts, site: loadSite(name, folder) };
}

function describe(
  { site, study }: SmokeTarget,
  rounds: readonly SmokeRound[],
  states: readonly ProbeState[],
  submittedAt: ReadonlyMap<SmokeRound, number>,
): Omit<SmokeReport, "waited"> {
  const probes = states.flatMap((state) => measure(state, submittedAt.get(state.round)) ?? []);
  return {
    site: site.name,
    scheduler: site.scheduler,
    image: site.container === "none" ? "" : (study?.cluster.image ?? site.image ?? ""),
    rounds: rounds.map(({ kind, folder }) => ({ kind, folder })),
    probes,
    findings: judgeSmoke(states, probes, site, study),
    complete: probes.length === states.length,
  };
}

function measure(
  { facts, seenAt }: ProbeState,
  submitted: number | undefined,
): SmokeProbe | undefined {
  if (facts === undefined) return undefined;
  const { jobStarted, probeStarted, written } = facts.times;
  const since = (later: number, earlier: number | undefined | null): number | null =>
    earlier === undefined || earlier === null ? null : (later - earlier) / 1000;
  return {
    facts,
    queueSeconds: since(jobStarted ?? probeStarted, submitted),
    startSeconds: since(probeStarted, jobStarted),
    visibleSeconds: seenAt === undefined || submitted === undefined ? null : since(seenAt, written),
  };
}
