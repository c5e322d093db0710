import { existsSync } from "node:fs";
import { join } from "node:path";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { BsweepError } from "../../src/core/errors.ts";
import { ELEMENTS } from "../../src/schedulers/elements.ts";
import { SCHEDULERS, schedulerOf, type Scheduler } from "../../src/schedulers/index.ts";
import type { JobRequest } from "../../src/schedulers/scheduler.ts";
import { chooseLauncher } from "../../src/schedulers/launcher.ts";
import type { CommandOutput, StatusQuery } from "../../src/schedulers/status.ts";
import type { JobPart } from "../../src/schedulers/steering.ts";
import { makeSite, makeStudy } from "./round-inputs.ts";

const REQUEST: JobRequest = {
  ...{ jobName: "s-r001-a01-0a1b2c3d", elements: 90, concurrencyLimit: 5, jobGroup: "/me/s" },
  ...{ cpus: 3, memoryMiB: 1000, walltimeSeconds: 600, logFolder: "/s/w/logs" },
  ...{
    isDocker: false,
    pool: null,
    queue: "long",
    userGroup: "lab",
    gpu: { count: 2, shared: false },
  },
};

/** What no scheduler may be handed as it is. */
const HOSTILE = ["a b", "$(id)", "`id`", "x\ny", "'", '"', ";", "-", "", "\\", "%s"];

const PART: JobPart = { jobId: "417", indices: [1, 2, 3, 7] };

/** What the scheduler says of job 999, element 1, which runs: by its first query, and by its history. */
export interface ForeignAnswers {
  readonly query: string;
  readonly history?: string;
}

/**
 * What every record keeps, whichever scheduler it is of.
 * @param templates where its folder of templates lies
 */
export function describeScheduler(
  scheduler: Scheduler,
  templates: string,
  foreign?: ForeignAnswers,
): void {
  describe(`the record of ${scheduler.name}`, () => {
    describeRecord(scheduler, templates);
    describeJobFiles(scheduler);
    describeElements(scheduler);
    const { query, history } = scheduler.status ?? {};
    if (query) describeStatus(query, foreign?.query ?? "");
    if (history) describeStatus(history, foreign?.history ?? "");
    if (scheduler.steering !== null) describeSteering(scheduler, scheduler.steering);
    describeDoctor(scheduler);
  });
}

function describeRecord(scheduler: Scheduler, templates: string): void {
  const { name, submits, jobFile, status, steering, session, doctor, containers } = scheduler;

  test("is found by its name, which no other has, as no other has its kind of job file", () => {
    expect(name).toMatch(/^[a-z][a-z0-9-]*$/);
    expect(schedulerOf({ scheduler: name })).toBe(scheduler);
    for (const other of SCHEDULERS.filter((each) => each !== scheduler)) {
      expect(other.name).not.toBe(name);
      expect(other.jobFile.scriptExtension).not.toBe(jobFile.scriptExtension);
    }
  });

  test("has its templates, and a submit.sh where jobs are submitted", () => {
    expect(existsSync(join(templates, name, `array${jobFile.scriptExtension}.hbs`))).toBe(true);
    expect(existsSync(join(templates, name, "submit.sh.hbs"))).toBe(submits);
  });

  test("is asked and steered only where jobs are submitted, by commands that doctor looks for", () => {
    expect(status !== null).toBe(submits);
    expect(doctor.commands.length > 0).toBe(submits);
    if (!submits) expect([steering, session]).toEqual([null, null]);
    const [program] = status?.query.argv(["417"]) ?? [];
    if (program !== undefined) expect(doctor.commands).toContain(program);
  });

  test("starts elements without a container too, and tasks only by launchers that it has", () => {
    expect(containers).toContain("none");
    const launch = { image: "", mounts: [], workspace: "/w", cpus: 1, hasGpu: false, scheduler };
    const pool = { slots: 2, walltimeSeconds: 60 };
    const choose = (): string => chooseLauncher({ ...launch, runtime: "none", pool });
    if (scheduler.launchers.length === 0) expect(choose).toThrow(BsweepError);
    else expect(choose()).toBe(scheduler.launchers[0]);
  });
}

function describeJobFiles({ jobFile, submits }: Scheduler): void {
  test("asks for what it was told, a line each", () => {
    const lines = jobFile.directives(REQUEST);
    expect(lines.join("\n").includes(REQUEST.jobName)).toBe(submits);
    expect(lines.filter((line) => /\p{Cc}/u.test(line))).toEqual([]);
    expect(jobFile.directivePrefix === "").toBe(!submits);
  });

  test.each(submits ? HOSTILE : [])("refuses %j where a name is due", (value) => {
    for (const key of ["jobName", "queue", "userGroup", "serviceClass"] as const)
      expect(() => jobFile.directives({ ...REQUEST, [key]: value })).toThrow(BsweepError);
    for (const key of ["queue", "userGroup", "serviceClass"] as const)
      expect(() => jobFile.notifyOptions({ ...REQUEST, [key]: value })).toThrow(BsweepError);
    const write = (): unknown => jobFile.directives({ ...REQUEST, schedulerOptions: [value] });
    if (value !== "-") expect(write).toThrow(/schedulerOptions/);
  });

  test.each(HOSTILE)(
    "a log folder with %j in its name stays on one line, or is refused",
    (value) => {
      const request = { ...REQUEST, logFolder: `/logs/${value}` };
      try {
        const lines = jobFile.directives(request);
        expect(lines.filter((line) => /\p{Cc}/u.test(line))).toEqual([]);
      } catch (error) {
        expect(error).toMatchObject({ code: "WORKSPACE" });
      }
    },
  );

  test("a notice can be placed", () => {
    const words = jobFile.notifyOptions({ ...REQUEST, userGroup: "lab" });
    expect(words.some((word) => word.includes("lab"))).toBe(submits);
  });
}

function describeElements({ element }: Scheduler): void {
  test("an element that runs without it finds what it looks for", () => {
    const run = { jobId: "0", index: 7, jobName: "j", logFile: "/l" };
    const variables = element.variablesOf(run);
    expect(variables[element.arrayIndexVariable]).toBe("7");
    expect(variables[element.jobIdVariables[0]]).toBe("0");
    expect(variables["BSWEEP_INSIDE"]).toMatch(/^0/);
    expect(element.hostName({})).toBeUndefined();
    expect(ELEMENTS).toContain(element);
  });
}

const said = (output: Partial<CommandOutput>): CommandOutput => ({
  ...{ stdout: "", stderr: "", exitStatus: 0 },
  ...output,
});

function describeStatus(query: StatusQuery, foreign: string): void {
  const [program] = query.argv(["1"]);

  test(`${program} is asked about all jobs at once`, () => {
    const words = query.argv(["417", "418"]).join(" ");
    expect(words).toMatch(/\b417\b.*\b418\b/);
  });

  test(`${program}: what failed is an error, not an empty cluster`, () => {
    const failed = said({ exitStatus: 1, stderr: "cannot connect" });
    expect(() => query.parse(failed, ["417"], new Date())).toThrow(
      /cannot be read[^]*cannot connect/,
    );
  });

  test(`${program}: what it says of a job is told where it was asked about, and nowhere else`, () => {
    const answer = said({ stdout: foreign });
    expect(query.parse(answer, ["999"], new Date()).elements).toMatchObject([
      { job: "999", index: 1 },
    ]);
    expect(query.parse(answer, ["417"], new Date()).elements).toEqual([]);
  });

  test(`${program}: garbage is an error of bsweep's own, or tells nothing`, () => {
    const line = fc.string({ unit: "binary-ascii", maxLength: 60 });
    const text = fc.array(line, { maxLength: 5 }).map((lines) => lines.join("\n"));
    fc.assert(
      fc.property(text, text, fc.constantFrom(0, 1, 255, null), (stdout, stderr, exitStatus) => {
        try {
          const answer = query.parse({ stdout, stderr, exitStatus }, ["417"], new Date());
          expect(answer.elements.filter(({ job }) => job !== "417")).toEqual([]);
          expect(answer.unknownJobs.filter((job) => job !== "417")).toEqual([]);
        } catch (error) {
          expect(error).toMatchObject({ code: "SCHEDULER_OUTPUT" });
        }
      }),
    );
  });
}

function describeSteering(
  { doctor, hasJobGroups }: Scheduler,
  steering: NonNullable<Scheduler["steering"]>,
): void {
  const commands = {
    limit: steering.limitArray("417", 3),
    hold: steering.hold(PART),
    suspend: steering.suspend(PART),
    resume: steering.resume(PART),
    cancel: steering.cancel(PART),
    cancelWaiting: steering.cancelWaiting(PART),
    cancelAll: steering.cancel({ jobId: "417", indices: null }),
  };

  test("steers the very job, by commands that doctor looks for", () => {
    for (const [program, ...words] of Object.values(commands).flat()) {
      expect(doctor.commands).toContain(program);
      expect(words.join(" ")).toMatch(/\b417(?!\d)/);
    }
    expect(commands.cancelAll.flat()).toContain("417");
  });

  test("says why nobody may stop what runs, or can do it", () => {
    expect(commands.suspend.length === 0).toBe(steering.cannotSuspend !== null);
  });

  test("limits a group where it has groups", () => {
    expect(steering.limitGroup("/me/s", 3).length > 0).toBe(hasJobGroups);
  });

  test("silence is success, and a complaint that nobody knows is a refusal", () => {
    expect(steering.readAnswer(said({}))).toBe("done");
    expect(steering.readAnswer(said({ exitStatus: 1, stderr: "Permission denied" }))).toBe(
      "refused",
    );
    expect(steering.readAnswer(said({ exitStatus: 1 }))).toBe("refused");
    expect(steering.readAnswer(said({ exitStatus: null }))).toBe("refused");
  });
}

function describeDoctor({ doctor, submits, name }: Scheduler): void {
  const site = makeSite({ scheduler: name, container: "none" });
  const subject = { site, study: makeStudy("/w"), cluster: REQUEST, user: "me" };

  test("doctor's first question tells whether anybody answers; no answer is a bug", () => {
    const questions = doctor.questions(subject);
    expect(questions.length > 0).toBe(submits);
    for (const [place, { argv, judge }] of questions.entries()) {
      expect(argv.every((word) => word !== "")).toBe(true);
      for (const stdout of ["", "\0\n|||\n", "Error: 99"]) {
        const checks = judge({ stdout, succeeded: false, reason: "no route" });
        if (place === 0) expect(checks).toMatchObject([{ state: "fail" }]);
        for (const { found } of checks) expect(found).not.toMatch(/\p{Cc}/u);
      }
    }
    expect(doctor.inside(subject, {})).toEqual([]);
  });
}
