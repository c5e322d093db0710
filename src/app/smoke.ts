import { rmSync } from "node:fs";
import { dirname } from "node:path";
import type { Effects } from "../core/effects.ts";
import { BsweepError } from "../core/errors.ts";
import type { SmokeProbe, SmokeReport } from "../core/smoke.ts";
import type { Layout } from "../workspace/layout.ts";
import { loadStudy } from "./plan/load-study.ts";
import { loadSite } from "./site.ts";
import { judgeSmoke } from "./smoke/judge.ts";
import { type SmokeRound, type SmokeTarget, writeSmokeRounds } from "./smoke/rounds.ts";
import { runHere, submitRound } from "./smoke/start.ts";
import { askScheduler, expectProbes, type ProbeState, watchProbes } from "./smoke/watch.ts";

export interface SmokeOptions {
  readonly layout: Layout;
  /** The study whose site, image, resources and data are tried. */
  readonly studyFile?: string;
  /** The site to try; by default the study's. */
  readonly site?: string;
  readonly elements: number;
  readonly hosts: 1 | 2;
  /** Whether to wait for the probes' reports. */
  readonly wait: boolean;
  readonly timeoutSeconds: number;
  readonly signal: AbortSignal;
}

/**
 * Tries a site with a tiny array and a tiny pool, through the templates and the submit.sh that a sweep uses, and
 * judges what their probes report.
 * @throws BsweepError USAGE without a site; else as writeRound does; SCHEDULER_REFUSED
 */
export async function runSmoke(options: SmokeOptions, effects: Effects): Promise<SmokeReport> {
  const target = findTarget(options);
  const rounds = await writeSmokeRounds(target, effects);
  const submittedAt = new Map<SmokeRound, number>();
  const isHere = target.site.scheduler === "local";
  for (const round of rounds) {
    submittedAt.set(round, effects.now().getTime());
    if (isHere) await runHere(round, options.layout, options.signal);
    else
      for (const line of (await submitRound(round, false)).split("\n")) effects.reporter.info(line);
  }
  const probes = expectProbes(rounds);
  if (options.wait || isHere) {
    const graceSeconds = target.site.resultGraceSeconds;
    await watchProbes(
      probes,
      { ...options, graceSeconds, timeoutSeconds: isHere ? 0 : options.timeoutSeconds },
      effects,
    );
    if (!isHere && probes.some(({ facts }) => facts === undefined))
      await askScheduler(probes, options.layout, effects);
  }
  effects.reporter.endProgress();
  return describe(target, rounds, probes, submittedAt);
}

/** The commands that would submit, without submitting; nothing stays. @throws as runSmoke does */
export async function printSmoke(options: SmokeOptions, effects: Effects): Promise<string> {
  const target = findTarget(options);
  const rounds = await writeSmokeRounds(target, effects);
  try {
    if (target.site.scheduler === "local")
      return rounds.map(({ folder }) => `would run the elements of ${folder} here`).join("\n");
    const texts: string[] = [];
    for (const round of rounds) texts.push(await submitRound(round, true));
    return texts.join("\n");
  } finally {
    for (const { folder } of rounds) rmSync(folder, { recursive: true, force: true });
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
): SmokeReport {
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
    visibleSeconds: seenAt === undefined ? null : since(seenAt, written),
  };
}
