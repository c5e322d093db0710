import { randomBytes } from "node:crypto";
import { readFileSync } from "node:fs";
import { dirname, join } from "node:path";
import type { Effects } from "../../core/effects.ts";
import { BsweepError } from "../../core/errors.ts";
import { sha256 } from "../../core/identity.ts";
import { dropAbsent } from "../../core/objects.ts";
import type { Placement } from "../../core/placement.ts";
import type { SchedulerName, Site } from "../../core/site.ts";
import { PROBE_KINDS, type ProbeKind, type SmokeQuestions } from "../../formats/smoke-files.ts";
import type { Study } from "../../core/study.ts";
import type { Trial } from "../../core/trial.ts";
import { parseStudyFile } from "../../formats/study-file.ts";
import { schedulerOf } from "../../schedulers/index.ts";
import { writeFileAtomic } from "../../workspace/atomic.ts";
import { type Layout, roundName } from "../../workspace/layout.ts";
import { builtProgram } from "../../workspace/package.ts";
import { listRounds, readRound } from "../../rounds/round.ts";
import { findRunLimit } from "../cluster/run-limit.ts";
import { mergePlacements } from "../site/cluster-request.ts";
import { withinWorkspace } from "../generate/scripts.ts";
import { stageRunner } from "../generate/stage-runner.ts";
import { writeRound } from "../generate/write-round.ts";

/** What a site is tried with. */
export interface SmokeTarget {
  readonly layout: Layout;
  readonly site: Site;
  /** Whose image, resources and data are tried; null for the site alone. */
  readonly study: Study | null;
  /** That the pool's two tasks are to run on: 1 or 2. */
  readonly hosts: number;
  /** Elements of the array. */
  readonly elements: number;
}

/** A round whose trials look around. */
export interface SmokeRound {
  readonly kind: ProbeKind;
  readonly study: Study;
  readonly scheduler: SchedulerName;
  readonly round: number;
  /** Absolute. */
  readonly folder: string;
  /** Where its probes leave their reports, absolute. */
  readonly factsFolder: string;
  readonly trials: readonly Trial[];
}

/** What the array's elements and the pool's tasks want: minutes, mostly for a container to start in. */
const WANTED_SECONDS: Readonly<Record<ProbeKind, number>> = { array: 10 * 60, pool: 20 * 60 };
/** Less than this is asked for only where a queue has no more: a study of short trials says nothing about containers. */
const LEAST_SECONDS = 5 * 60;
const POOL_TASKS = 2;
/** Tasks start one after another where an image has to be pulled. */
const PEER_SECONDS = 240;

/** `smoke-SITE`, `smoke-SITE-pool`: they look like any study's rounds, so that all else works on them too. */
const smokeName = (site: string, kind: ProbeKind): string =>
  `smoke-${site}${kind === "pool" ? "-pool" : ""}`.slice(0, 64);

/** Writes an array and a pool through the very templates that a study's rounds are made of. @throws as writeRound does */
export async function writeSmokeRounds(
  target: SmokeTarget,
  effects: Effects,
): Promise<readonly SmokeRound[]> {
  const { site, layout } = target;
  let program = [site.bsweep];
  if (!schedulerOf(site).submits || site.container === "none") program = [builtProgram("main.js")];
  else if (!imageHasBsweep(target)) {
    const { folder } = await stageRunner(layout);
    program = [join(folder, "node"), join(folder, "dist", "main.js")];
  }
  const { queue } = mergePlacements(site, target.study?.cluster ?? {});
  const limit = (await findRunLimit(site, queue)) ?? Infinity;
  const rounds: SmokeRound[] = [];
  for (const kind of PROBE_KINDS) {
    const seconds = Math.min(limit, secondsFor(kind, target));
    rounds.push(await writeSmokeRound({ kind, program, seconds }, target, effects));
  }
  return rounds;
}

/** No longer than the jobs of the study, which its queue is known, or hoped, to take. */
function secondsFor(kind: ProbeKind, { study }: SmokeTarget): number {
  const ofStudy =
    study === null
      ? Infinity
      : kind === "pool"
        ? (study.cluster.pool ?? study.resources).walltimeSeconds
        : study.resources.walltimeSeconds;
  return Math.min(WANTED_SECONDS[kind], Math.max(LEAST_SECONDS, ofStudy));
}

/** The rounds that were written last for the site. @throws BsweepError CONFLICT when there are none */
export function findSmokeRounds({ layout, site }: SmokeTarget): readonly SmokeRound[] {
  return PROBE_KINDS.map((kind) => {
    const name = smokeName(site.name, kind);
    const round = listRounds(layout, name).at(-1);
    if (round === undefined) {
      throw new BsweepError("CONFLICT", `${site.name} was not tried from this workspace`, {
        hint: `bsweep smoke --site ${site.name}`,
      });
    }
    const studyFile = join(layout.studyJobs(name), "study.yaml");
    const study = parseStudyFile(readFileSync(studyFile, "utf8"), studyFile);
    const elements = readRound(layout, name, round)?.arrays[0]?.elements ?? 0;
    return describeRound({ kind, study, round, scheduler: site.scheduler }, elements, layout);
  });
}

function describeRound(
  round: Pick<SmokeRound, "kind" | "study" | "round" | "scheduler">,
  elements: number,
  layout: Layout,
): SmokeRound {
  const folder = layout.round(round.study.name, round.round);
  const factsFolder = factsFolderOf(layout, round.study.name, round.round);
  return { ...round, folder, factsFolder, trials: makeTrials(elements) };
}

/** Of the probes themselves, whosever site they try: `cancel` and the like take it. Absolute. */
export const studyFileOf = ({ folder }: Pick<SmokeRound, "folder">): string =>
  join(dirname(folder), "study.yaml");

/** How a round of probes is written. */
interface ProbePlan extends Pick<SmokeRound, "kind"> {
  /** Words that start bsweep where the probes run. */
  readonly program: readonly string[];
  /** Of a job. */
  readonly seconds: number;
}

async function writeSmokeRound(
  plan: ProbePlan,
  target: SmokeTarget,
  effects: Effects,
): Promise<SmokeRound> {
  const { layout, site } = target;
  const { kind } = plan;
  const name = smokeName(site.name, kind);
  const round = (listRounds(layout, name).at(-1) ?? 0) + 1;
  const { text, study } = writeSmokeStudy({ ...plan, name, round }, target);
  const { scheduler } = site;
  const asked = { kind, study, round, scheduler };
  const described = describeRound(asked, countOf(kind, target), layout);
  await writeRound(
    {
      ...{ layout, study, site, trials: described.trials, header: null, canary: false },
      // One that can never start must not keep the next one waiting.
      chained: false,
      sha256: sha256(text),
      place: { study: name, round, replace: false },
      kind: round === 1 ? "initial" : "extension",
      trialsPerElement: 1,
      imageHasBsweep: imageHasBsweep(target),
    },
    effects,
  );
  return described;
}

interface Naming extends ProbePlan, Pick<SmokeRound, "round"> {
  readonly name: string;
}

/** Writes the study that the round is made of, and what its probes are asked. */
function writeSmokeStudy(
  { kind, name, round, program, seconds }: Naming,
  target: SmokeTarget,
): { readonly text: string; readonly study: Study } {
  const { layout } = target;
  const count = countOf(kind, target);
  const questionsFile = join(layout.studyJobs(name), `${roundName(round)}.questions.json`);
  const command = [
    ...program,
    ...["smoke-report", "--kind", kind, "--place", "{{place}}", "--count", String(count)],
    ...["--questions", withinWorkspace(layout, questionsFile)],
    ...["--folder", withinWorkspace(layout, factsFolderOf(layout, name, round))],
    ...["--result", "{{result}}"],
  ];
  const written = {
    study: name,
    objective: { metric: "ok", direction: "maximize" },
    trainer: { command },
    space: { place: Array.from({ length: count }, (_, index) => index + 1) },
    cluster: describeCluster(kind, seconds, target),
    // Of a pool's time a part is left for its tasks to start in.
    resources: describeResources(kind === "pool" ? Math.ceil(seconds / 2) : seconds, target),
  };
  // JSON is YAML.
  const text = JSON.stringify(written, null, 2);
  const studyFile = join(layout.studyJobs(name), "study.yaml");
  writeFileAtomic(studyFile, text);
  writeFileAtomic(questionsFile, JSON.stringify(makeQuestions(target)));
  // Templates beside the user's own study are used as they would be for it.
  const study = { ...parseStudyFile(text, studyFile), file: target.study?.file ?? studyFile };
  return { text, study };
}

const countOf = (kind: ProbeKind, { elements }: SmokeTarget): number =>
  kind === "pool" ? POOL_TASKS : elements;

/** A command's image need not: for the built-in trainer's, whether it has is what is to be found out. */
const imageHasBsweep = ({ study }: SmokeTarget): boolean => study?.trainer.kind !== "command";

const factsFolderOf = (layout: Layout, name: string, round: number): string =>
  join(layout.roundResults(name, round), "facts");

function describeCluster(
  kind: ProbeKind,
  seconds: number,
  { site, study, hosts }: SmokeTarget,
): object {
  const cluster: Placement & { readonly jobGroup?: string } = study?.cluster ?? {};
  const pool = dropAbsent({
    ...{ slots: POOL_TASKS, slotsPerHost: POOL_TASKS / hosts, walltime: `${seconds}s` },
    launcher: study?.cluster.pool?.launcher,
  });
  return {
    site: site.name,
    ...mergePlacements({}, cluster),
    ...dropAbsent({ jobGroup: cluster.jobGroup, pool: kind === "array" ? undefined : pool }),
  };
}

/** As the study has them, but for the time: that decides how long a queue lets one wait. */
function describeResources(seconds: number, { study }: SmokeTarget): object {
  const { cpus = 1, memoryMiB = 1024, gpu, tmpMiB } = study?.resources ?? {};
  return {
    cpus,
    memory: `${memoryMiB}MB`,
    walltime: `${seconds}s`,
    checkpoint: "off",
    ...(tmpMiB === undefined ? {} : { tmp: `${tmpMiB}MB` }),
    ...(gpu && {
      gpu: dropAbsent({
        ...{ count: gpu.count, shared: gpu.shared, model: gpu.model },
        memory: gpu.memoryMiB === undefined ? undefined : `${gpu.memoryMiB}MB`,
      }),
    }),
  };
}

function makeQuestions({ study, site, layout }: SmokeTarget): SmokeQuestions {
  const { cpus = 1, memoryMiB = 1024 } = study?.resources ?? {};
  return {
    schemaVersion: 1,
    ...{ cpus, memoryMiB },
    mounts: site.container === "none" ? [] : site.mounts,
    data: study?.data ? layout.resolve(study.data.train) : null,
    tensorflow: study?.trainer.kind === "cnn",
    peerSeconds: PEER_SECONDS,
  };
}

/** Of no study's space: each try is new. */
function makeTrials(count: number): Trial[] {
  return Array.from({ length: count }, (_, index) => ({
    number: index + 1,
    trialId: randomBytes(8).toString("hex"),
    params: { place: index + 1 },
    replicate: 0,
    seed: index + 1,
    resource: { epochs: 1 },
    attempt: 1,
  }));
}
