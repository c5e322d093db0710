import { checker } from "../../../src/core/check.ts";
import type { ElementState, ElementStatus } from "../../../src/core/element-status.ts";
import type { Scheduler } from "../../../src/schedulers/scheduler.ts";
import { type CommandOutput, unreadableOutput } from "../../../src/schedulers/status.ts";
import type { JobPart } from "../../../src/schedulers/steering.ts";
import { rawOption, unusablePath, word } from "../../../src/schedulers/values.ts";

const STATES: Readonly<Record<string, ElementState>> = {
  ...{ waits: "pending", runs: "running", ok: "done", failed: "exited", killed: "exited" },
};

/** A third scheduler: toysub, toystat and toykill, beside this file. */
export const toy: Scheduler = {
  name: "toy",
  title: "Toy",
  submits: true,
  hasJobGroups: false,
  refinesGpus: false,
  containers: ["none"],
  launchers: [],
  silence: ["toys are asleep"],
  withoutJobFile: (lines) => lines,
  jobFile: {
    directivePrefix: "#TOY",
    scriptExtension: ".toy",
    directives: ({ jobName, elements, queue, userGroup, serviceClass, logFolder, ...more }) => [
      `name ${word("study", jobName)}`,
      `elements ${elements}`,
      ...Object.entries({ queue, userGroup, serviceClass }).flatMap(([key, value]) =>
        value === undefined ? [] : [`${key} ${word(key, value)}`],
      ),
      `log ${plain(logFolder)}`,
      ...(more.schedulerOptions ?? []).map(rawOption),
    ],
    notifyOptions: ({ queue, userGroup, serviceClass }) =>
      Object.entries({ queue, userGroup, serviceClass }).flatMap(([key, value]) =>
        value === undefined ? [] : [word(key, value)],
      ),
  },
  element: {
    jobIdVariables: ["TOY_JOB"],
    arrayIndexVariable: "TOY_ELEMENT",
    tellingVariables: ["TOY_JOB", "TOY_ELEMENT", "TOY_HOST"],
    hostName: ({ TOY_HOST }) => TOY_HOST,
    variablesOf: ({ jobId, index }) => ({
      ...{ TOY_JOB: jobId, TOY_ELEMENT: String(index), BSWEEP_INSIDE: jobId },
    }),
  },
  status: {
    query: {
      argv: (jobs) => ["toystat", ...jobs],
      parse: (output, jobs) => {
        if (output.exitStatus !== 0) throw unreadableOutput("toystat", "it failed", output);
        const lines = output.stdout.split("\n").filter((line) => line !== "");
        const elements = lines.flatMap((line) => readLine(line, output));
        const ours = elements.filter(({ job }) => jobs.includes(job));
        const told = new Set(ours.map(({ job }) => job));
        return { elements: ours, unknownJobs: jobs.filter((job) => !told.has(job)) };
      },
    },
    history: null,
    neverStarts: () => false,
    environment: {},
  },
  runLimit: null,
  steering: {
    cannotSuspend: "Toys cannot be stopped",
    limitGroup: () => [],
    limitArray: () => [],
    hold: () => [],
    suspend: () => [],
    resume: () => [],
    cancel: kill,
    cancelWaiting: kill,
    readAnswer: ({ exitStatus }) => (exitStatus === 0 ? "done" : "refused"),
  },
  session: null,
  doctor: {
    commands: ["toysub", "toystat", "toykill"],
    questions: () => [
      {
        argv: ["toystat"],
        judge: ({ stdout, reason }) => [
          stdout === "toys are ready"
            ? checker("Toy").ok("answers")
            : checker("Toy").fail(reason, "wind it up"),
        ],
      },
    ],
    inside: () => [],
  },
};

function plain(path: string): string {
  if (/^[\w./-]+$/.test(path)) return path;
  throw unusablePath(path, "a Toy", "it knows no quotes");
}

function kill({ jobId, indices }: JobPart): (readonly [string, ...string[]])[] {
  return [["toykill", jobId, ...(indices ?? []).map(String)]];
}

function readLine(line: string, output: CommandOutput): readonly ElementStatus[] {
  if (/^no job \d+$/.test(line)) return [];
  const [, job, index, state = "", status, jobName] =
    /^(\d+)\|(\d+)\|([a-z]+) ?(\d+)?\|(.*)$/.exec(line) ?? [];
  if (job === undefined || jobName === undefined)
    throw unreadableOutput("toystat", `found ${JSON.stringify(line)}`, output);
  const isExit = STATES[state] === "exited";
  return [
    {
      ...{ job, jobName, index: Number(index), state: STATES[state] ?? "unknown" },
      cause: isExit ? (state === "killed" ? "killed" : "other") : null,
      exitCode: status === undefined ? null : Number(status),
      ...{ reason: state, host: "", runSeconds: null, maxMemoryMiB: null, finishedAt: null },
      started: true,
    },
  ];
}
