import {
  accessSync,
  constants,
  readdirSync,
  readFileSync,
  rmSync,
  statfsSync,
  statSync,
  writeFileSync,
} from "node:fs";
import { availableParallelism, homedir, tmpdir, userInfo } from "node:os";
import { join } from "node:path";
import { complaintOf, valueOr } from "../../core/errors.ts";
import {
  type FolderFacts,
  parseSmokeQuestions,
  type ProbeKind,
  type SmokeFacts,
  type SmokeQuestions,
} from "../../formats/smoke-files.ts";
import { writeFileAtomic } from "../../workspace/atomic.ts";
import type { Layout } from "../../workspace/layout.ts";
import { packageVersion } from "../../workspace/package.ts";
import { openPackedDataset } from "../../workspace/packed-dataset.ts";
import { hostName, schedulerJobId, tellingVariables } from "../where.ts";
import { makeExclusively, meetPeers } from "./peers.ts";

interface ProbeOptions {
  readonly kind: ProbeKind;
  /** Element, from 1. */
  readonly place: number;
  /** Elements of the job. */
  readonly count: number;
  readonly questionsFile: string;
  /** Where the probes leave their reports. */
  readonly folder: string;
  /** Where a trainer leaves its result. */
  readonly resultFile: string;
  readonly layout: Layout;
  /** Of TensorFlow, where the trials need it. */
  readonly findTensorFlow: () => Promise<{
    readonly version: string | null;
    readonly problem: string;
  }>;
}

/** What a submission's environment may bring along (partials/element-start.hbs takes them away). */
const MISLEADING = ["LD_LIBRARY_PATH", "LD_PRELOAD", "NODE_OPTIONS", "PYTHONPATH"];

/**
 * Looks around where a trial would run, and leaves what it found, then a trainer's result. @throws BsweepError
 * INVALID_MANIFEST; WORKSPACE when the report cannot be written
 */
export async function runProbe(options: ProbeOptions): Promise<SmokeFacts> {
  const { kind, place, folder, layout, questionsFile } = options;
  const probeStarted = performance.timeOrigin;
  const questions = parseSmokeQuestions(readFileSync(questionsFile, "utf8"), questionsFile);
  const host = hostName();
  const serverAheadSeconds = compareClocks(join(folder, `clock-${kind}-${place}`));
  const meeting = { folder, place, count: options.count, host, seconds: questions.peerSeconds };
  const peers = kind === "pool" ? await meetPeers(meeting) : [];
  const tensorflow = questions.tensorflow
    ? await options.findTensorFlow()
    : { version: null, problem: "" };
  const started = process.env["BSWEEP_JOB_STARTED"];
  const facts: SmokeFacts = {
    schemaVersion: 1,
    ...{ kind, place, host, peers, serverAheadSeconds },
    job: schedulerJobId(),
    times: {
      jobStarted: started === undefined ? null : Number(started) * 1000,
      probeStarted,
      written: Date.now(),
    },
    user: lookAtUser(),
    environment: lookAtEnvironment(),
    cpus: availableParallelism(),
    memoryLimitMiB: readMemoryLimit(),
    software: {
      node: process.versions.node,
      bsweep: packageVersion(),
      tensorflow: tensorflow.version,
      tensorflowProblem: tensorflow.problem,
    },
    folders: lookAtFolders(questions, layout),
    madeExclusiveFile: kind === "pool" && makeExclusively(join(folder, "exclusive"), host),
  };
  writeFileAtomic(join(folder, `${kind}-${place}.json`), JSON.stringify(facts));
  writeFileSync(options.resultFile, JSON.stringify({ metrics: { ok: 1 } }));
  return facts;
}

/** The file server's clock, as the time of a file tells it, against this host's. */
function compareClocks(file: string): number {
  writeFileAtomic(file, "");
  const ahead = (statSync(file).mtimeMs - Date.now()) / 1000;
  rmSync(file, { force: true });
  return ahead;
}

function lookAtUser(): SmokeFacts["user"] {
  const home = process.env["HOME"] ?? homedir();
  return {
    uid: process.getuid?.() ?? -1,
    // Containers run as users without an entry in passwd.
    name: valueOr(null, () => userInfo().username),
    home,
    homeWritable: complaintOf(() => accessSync(home, constants.W_OK)) === undefined,
  };
}

function lookAtEnvironment(): SmokeFacts["environment"] {
  const { env } = process;
  const tmp = tmpdir();
  const set = tellingVariables().flatMap((name) => {
    const value = env[name];
    return value === undefined ? [] : [[name, value] as const];
  });
  return {
    path: env["PATH"] ?? "",
    scheduler: Object.fromEntries(set),
    misleading: MISLEADING.filter((name) => (env[name] ?? "") !== ""),
    tmpdir: tmp,
    tmpWritable: complaintOf(() => accessSync(tmp, constants.W_OK)) === undefined,
    tmpFreeMiB: valueOr(null, () => readFreeMiB(tmp)),
  };
}

function readFreeMiB(folder: string): number {
  const { bavail, bsize } = statfsSync(folder);
  return Math.floor((bavail * bsize) / 2 ** 20);
}

/** A control group without a limit names a number that no machine has. */
const NO_LIMIT_BYTES = 2 ** 50;

/** The lowest limit of the control groups that hold this process (version 2 or 1), one inside the other. */
function readMemoryLimit(): number | null {
  const groups = readText("/proc/self/cgroup");
  const unified = /^0::(.*)$/m.exec(groups)?.[1] ?? "";
  const own = /^\d+:memory:(.*)$/m.exec(groups)?.[1] ?? "";
  const files = [
    ...withParents(unified).map((group) => `/sys/fs/cgroup${group}/memory.max`),
    ...withParents(own).map((group) => `/sys/fs/cgroup/memory${group}/memory.limit_in_bytes`),
  ];
  const limits = files
    .map((file) => readText(file).trim())
    .filter((text) => /^\d+$/.test(text))
    .map(Number)
    .filter((bytes) => bytes < NO_LIMIT_BYTES);
  return limits.length === 0 ? null : Math.floor(Math.min(...limits) / 2 ** 20);
}

/** `/a/b` -> `/a/b`, `/a`, ``; a container sees its own group as the last. */
function withParents(group: string): string[] {
  const parts = group.split("/").filter((part) => part !== "");
  return [...parts.map((_, last) => `/${parts.slice(0, parts.length - last).join("/")}`), ""];
}

function readText(file: string): string {
  return valueOr("", () => readFileSync(file, "utf8"));
}

function lookAtFolders({ mounts, data }: SmokeQuestions, { workspace }: Layout): FolderFacts[] {
  const look = (
    purpose: FolderFacts["purpose"],
    path: string,
    attempt: (path: string) => unknown,
  ): FolderFacts => ({ path, purpose, problem: complaintOf(() => void attempt(path)) ?? "" });
  const access = (path: string): void => accessSync(path, constants.R_OK | constants.W_OK);
  return [
    look("workspace", workspace, access),
    ...mounts.map((path) => look("mount", path, (mount) => readdirSync(mount))),
    ...(data === null ? [] : [look("data", data, openPackedDataset)]),
  ];
}
