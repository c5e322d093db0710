import { cpSync, existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { describe, expect, test } from "vitest";
import type { SteeringReport } from "../../src/app/steer/steps.ts";
import { quoteShell } from "../../src/rendering/engine.ts";
import { builtProgram } from "../../src/workspace/package.ts";
import { runBsweep, type ProcessEnd } from "../support/bsweep-process.ts";
import type { Lsf } from "../support/lsf/lsf.ts";
import type { JobState } from "../support/lsf/records.ts";
import { runCommand } from "../support/lsf/run-command.ts";
import { eventually, useLsf } from "../support/lsf/suite.ts";
import {
  GOOD,
  makeSubmittableRound,
  type RoundOptions,
  type SubmittableRound,
} from "../support/submitted-round.ts";

/** A user who steers a round that was submitted. */
interface Steered extends SubmittableRound {
  readonly steer: (command: string, ...words: readonly string[]) => Promise<ProcessEnd>;
  /** States of the elements of an array, in the order of their indices. */
  readonly states: (array: number) => Promise<JobState[]>;
  readonly job: (array: number) => number;
}

/** A trial that is complete once there is a file `go` in the workspace. */
const GATED = `until [[ -e go || ! -e study.yaml ]]; do sleep 0.1; done; ${GOOD}`;
const SUBMIT_ALL = ["--no-canary", "--quiet"];

async function makeRound(lsf: Lsf, options: RoundOptions = {}, submitted = 0): Promise<Steered> {
  const round = await makeSubmittableRound(lsf, {
    trials: Array.from({ length: 6 }, () => GATED),
    maxArraySize: 4,
    ...options,
  });
  expect(round.submit(SUBMIT_ALL)).toMatchObject({ status: submitted, stderr: "" });
  const job = (array: number): number => Number(round.readRecord(`array-0${array}.job`));
  return {
    ...round,
    job,
    steer: (command, ...words) =>
      runBsweep([`--workspace=${round.layout.workspace}`, command, round.studyFile, ...words], {
        env: { PATH: lsf.environment()["PATH"] ?? "" },
      }),
    states: async (array) => {
      const record = (await lsf.jobs()).find(({ id }) => id === job(array));
      return record?.elements.map(({ state }) => state) ?? [];
    },
  };
}

const openGate = ({ layout }: SubmittableRound): void =>
  writeFileSync(join(layout.workspace, "go"), "");

const countRunning = async (lsf: Lsf): Promise<number> =>
  (await lsf.jobs()).flatMap(({ elements }) => elements).filter(({ state }) => state === "RUN")
    .length;

/** Puts the id of a foreign job where that of an array was: ids are used again. */
async function replaceByForeign(lsf: Lsf, round: Steered, array: number): Promise<number> {
  const { stdout } = await lsf.run("bsub", [
    "-J",
    "somebody-elses[1-3]",
    "-q",
    "general",
    "sleep 60",
  ]);
  const id = Number(/Job <(\d+)>/.exec(stdout)?.[1]);
  writeFileSync(join(round.folder, "submitted", `array-0${array}.job`), `${id}\n`);
  return id;
}

describe("elements that run", () => {
  const lsf = useLsf({});

  test("throttle changes how many run, also of what is submitted later", async () => {
    const round = await makeRound(lsf(), { cluster: "maxPendingElements: 3" }, 75);
    await eventually(() => countRunning(lsf())).toBe(2);

    const raised = await round.steer("throttle", "3");
    expect(raised).toMatchObject({ exitStatus: 0, stderr: "" });
    expect(raised.stdout).toContain(`job group ${round.jobGroup}: at most 3 jobs at once`);
    expect(raised.stdout).toContain(`round 1, array 1, job ${round.job(1)}: at most 3 at once`);
    expect(raised.stdout).toContain("round 1, array 2: not submitted yet");
    await eventually(() => countRunning(lsf())).toBe(3);

    const lowered = await round.steer("throttle", "1");
    expect(lowered.stdout).toContain("at most 1 at once; 3 elements run on");
    expect(await countRunning(lsf())).toBe(3);
    expect(await lsf().groups()).toContainEqual({ name: round.jobGroup, limit: 1 });

    openGate(round);
    await lsf().untilEnded();
    expect(round.submit(SUBMIT_ALL)).toMatchObject({ status: 0, stderr: "" });
    const later = (await lsf().jobs()).find(({ id }) => id === round.job(2));
    expect(later?.specification).toMatch(/^s-r001-a02-0a1b2c3d\[1-2\]%1$/);
    expect(await lsf().groups()).toContainEqual({ name: round.jobGroup, limit: 1 });
    await lsf().untilEnded();
    expect((await round.states(1)).concat(await round.states(2))).toEqual(Array(6).fill("DONE"));
  });

  test("a pause lets what runs end and nothing start, until it is undone", async () => {
    const round = await makeRound(lsf());
    await eventually(() => countRunning(lsf())).toBe(2);
    const paused = await round.steer("pause");
    expect(paused).toMatchObject({ exitStatus: 0, stderr: "" });
    expect(paused.stdout).toContain("2 elements held, 2 elements running to the end");
    expect(await round.states(1)).toEqual(["RUN", "RUN", "PSUSP", "PSUSP"]);
    expect(await round.states(2)).toEqual(["PSUSP", "PSUSP"]);
    openGate(round);
    await eventually(() => round.states(1)).toEqual(["DONE", "DONE", "PSUSP", "PSUSP"]);

    const resumed = await round.steer("resume");
    expect(resumed.stdout).toContain(`round 1, array 2, job ${round.job(2)}: 2 elements released`);
    await lsf().untilEnded();
    expect((await round.states(1)).concat(await round.states(2))).toEqual(Array(6).fill("DONE"));
    expect((await round.steer("resume")).stdout).toContain("has ended: the scheduler knows no");
  });

  test("what starts while it is being held goes on all the same", async () => {
    const round = await makeRound(lsf());
    await eventually(() => countRunning(lsf())).toBe(2);
    await lsf().inject({ kind: "slow", command: "bstop", seconds: 4 });
    const pausing = round.steer("pause");
    await eventually(async () => (await lsf().calls()).at(-1)?.command).toBe("bstop");
    await lsf().run("bmod", ["-J", "%3", String(round.job(1))]);
    await lsf().run("bgmod", ["-L", "3", round.jobGroup]);
    await eventually(() => countRunning(lsf())).toBe(3);
    const paused = await pausing;
    expect(paused.stdout).toContain("2 elements held, 2 elements running to the end");
    expect(paused.stdout).toContain("just started, and left to run: 1 element");
    expect(await round.states(1)).toEqual(["RUN", "RUN", "RUN", "PSUSP"]);
    openGate(round);
  });

  test("--running stops what runs, and resume lets it go on", async () => {
    const round = await makeRound(lsf());
    await eventually(() => countRunning(lsf())).toBe(2);
    const paused = await round.steer("pause", "--running");
    expect(paused.stdout).toContain("2 elements held, 2 elements stopped");
    expect(await round.states(1)).toEqual(["USUSP", "USUSP", "PSUSP", "PSUSP"]);
    openGate(round);
    expect((await round.steer("resume")).exitStatus).toBe(0);
    await lsf().untilEnded();
    expect(await round.states(1)).toEqual(Array(4).fill("DONE"));
  });

  test("a command beside a trial that runs, and its log where it does not", async () => {
    const round = await makeRound(lsf(), { trials: [GATED, GATED, GATED] });
    await eventually(() => countRunning(lsf())).toBe(2);
    const plain = await round.steer("attach", "1", "--print", "--", "true");
    expect(plain.exitStatus).toBe(6);
    expect(plain.stderr).toContain("Docker wrapper");

    const waiting = await round.steer("attach", "3", "--", "true");
    expect(waiting.exitStatus).toBe(6);
    expect(waiting.stderr).toContain("trial 3 does not run: it is waiting");
    openGate(round);
    await lsf().untilEnded();
    const ended = await round.steer("attach", "3", "--", "true");
    expect(ended.exitStatus).toBe(6);
    expect(ended.stderr).toContain(
      `its log is there: ${join(round.folder, "logs/array-01/3.log")}`,
    );
    expect(await round.steer("attach", "99", "--", "true")).toMatchObject({ exitStatus: 2 });
  });

  test("where LSF's Docker wrapper starts the containers, into the element's own", async () => {
    const round = await makeRound(lsf(), { cluster: "userGroup: compute-lab" });
    const { workspace } = round.layout;
    const container = `container: docker\nimage: registry/name\nmounts: [${dirname(workspace)}]`;
    writeFileSync(
      join(workspace, "sites", "own.yaml"),
      `scheduler: lsf\nqueue: general\n${container}\n`,
    );
    await eventually(() => countRunning(lsf())).toBe(2);
    const attached = await round.steer("attach", "2", "--", "printf", "%s|", "it's", "$0");
    expect(attached.exitStatus).toBe(0);
    expect(attached.stdout).toContain("it's|$0|");
    expect(attached.stderr).toContain("warning: attaching to an element of an array");
    expect((await lsf().jobs()).at(-1)?.options).toMatchObject({
      ...{ "-I": "", "-G": "compute-lab", "-q": "general" },
      "-a": `docker_exec(${round.job(1)}[2])`,
    });
    const shown = await round.steer("attach", "2", "--print");
    expect(shown.stdout).toContain(`bsub -Is -G compute-lab -q general -a 'docker_exec(`);
    expect(shown.stderr).toContain("a terminal may attach to jobs of an interactive queue only");
    openGate(round);
  });
});

describe("a person at a terminal", () => {
  const lsf = useLsf({});

  /** Types into a terminal of its own that the words run in; what stood on it. */
  async function type(
    round: Steered,
    typed: string,
    words: readonly string[],
    expected = 0,
  ): Promise<string> {
    const command = [process.execPath, builtProgram("main.js"), ...words].map(quoteShell).join(" ");
    const { status, stdout } = await runCommand("script", ["-qec", command, "/dev/null"], {
      env: lsf().environment({ BSWEEP_WORKSPACE: round.layout.workspace }),
      cwd: round.layout.workspace,
      stdin: typed,
    });
    expect(status).toBe(expected);
    return stdout;
  }

  test("is asked before anything is ended", async () => {
    const round = await makeRound(lsf());
    const no = await type(round, "n\n", ["cancel", round.studyFile]);
    expect(no).toContain("job 1001: 2 elements ended");
    expect(no).toContain("End them for good? [y/N]");
    expect(no).toContain("nothing was done");
    await eventually(() => countRunning(lsf())).toBe(2);
    await type(round, "y\n", ["cancel", round.studyFile]);
    await eventually(() => round.states(2)).toEqual(["EXIT", "EXIT"]);
  });

  test("gets a shell of an interactive job", async () => {
    const round = await makeRound(lsf());
    const shown = await type(round, "tty; pwd; exit 3\n", ["shell", round.studyFile], 3);
    expect(shown).toMatch(/\/dev\/pts\/\d+/);
    expect(shown).toContain(`\r\n${round.layout.workspace}`);
    expect((await lsf().jobs()).at(-1)?.options).toMatchObject({ "-Is": "" });
    openGate(round);
  });
});

describe("only ours", () => {
  const lsf = useLsf({ mode: "hold" });

  test("a job that has the id of one of ours by now is left alone by every command", async () => {
    const round = await makeRound(lsf(), { cluster: "jobGroup: /me/own" });
    const foreign = await replaceByForeign(lsf(), round, 2);
    const own = round.job(1);
    const before = JSON.stringify((await lsf().jobs()).find(({ id }) => id === foreign));
    for (const words of [
      ["throttle", "1"],
      ["pause"],
      ["resume"],
      ["cancel", "--array=2", "--yes"],
      ["cancel", "--yes"],
    ]) {
      const [command = "", ...rest] = words;
      const end = await round.steer(command, ...rest);
      expect(end).toMatchObject({ exitStatus: 0, stderr: "" });
      expect(end.stdout).toMatch(/round 1, array 2, job \d+: has ended: the scheduler knows no/);
    }
    expect(JSON.stringify((await lsf().jobs()).find(({ id }) => id === foreign))).toBe(before);
    expect((await lsf().jobs()).find(({ id }) => id === own)?.elements).toMatchObject(
      Array(4).fill({ state: "EXIT" }),
    );
  });

  test("where the scheduler does not tell the names, nothing is done", async () => {
    const round = await makeRound(lsf());
    await lsf().inject({ kind: "garbage", command: "bjobs", text: "Segmentation fault" });
    const end = await round.steer("cancel", "--yes");
    expect(end.exitStatus).toBe(4);
    expect(end.stderr).toContain("Segmentation fault");
    lsf().hideCommand("bjobs");
    expect(await round.steer("pause")).toMatchObject({ exitStatus: 4 });
    expect((await lsf().jobs()).flatMap(({ elements }) => elements)).toMatchObject(
      Array(6).fill({ state: "PEND" }),
    );
  });
});

describe("cancel", () => {
  const lsf = useLsf({ mode: "hold" });
  const ended = (states: readonly JobState[]): number[] =>
    states.flatMap((state, place) => (state === "EXIT" ? [place + 1] : []));

  test("an array, what waits, a trial", async () => {
    const round = await makeRound(lsf());
    await lsf().force(round.job(1), 2, { state: "RUN", host: "exec-1" });

    const one = await round.steer("cancel", "--trial=3", "--yes");
    expect(one.stdout).toContain("1 element ended: 3");
    expect(ended(await round.states(1))).toEqual([3]);
    expect(await round.steer("cancel", "--trial=3", "--yes")).toMatchObject({ exitStatus: 6 });
    expect(await round.steer("cancel", "--trial=7", "--yes")).toMatchObject({ exitStatus: 2 });

    const waiting = await round.steer("cancel", "--waiting", "--array=1", "--yes");
    expect(waiting.stdout).toContain("2 elements ended, 1 element running to the end");
    expect(await round.states(1)).toEqual(["EXIT", "RUN", "EXIT", "EXIT"]);

    await round.steer("cancel", "--array=2", "--yes");
    expect(ended(await round.states(2))).toEqual([1, 2]);
    expect(await round.steer("cancel", "--array=3", "--yes")).toMatchObject({ exitStatus: 2 });
  });

  test("a trial that shares its element is not ended alone", async () => {
    const round = await makeRound(lsf(), { resources: "trialsPerElement: 3" });
    const alone = await round.steer("cancel", "--trial=5", "--yes");
    expect(alone.exitStatus).toBe(6);
    expect(alone.stderr).toContain("element 2 of round 1, array 1 also runs trials 4, 6");
    expect(alone.stderr).toContain("--trial 4 5 6");
    expect(ended(await round.states(1))).toEqual([]);
    await round.steer("cancel", "--yes", "--trial", "4", "5", "6");
    expect(ended(await round.states(1))).toEqual([2]);
  });

  test("all of it: the canary and the mail at the end too, and no later wave", async () => {
    const round = await makeRound(
      lsf(),
      { cluster: "maxPendingElements: 4, notify: me@example.org" },
      75,
    );
    const asked = await round.steer("cancel");
    expect(asked.exitStatus).toBe(2);
    expect(asked.stderr).toContain("--yes");
    const end = await round.steer("cancel", "--yes");
    expect(end).toMatchObject({ exitStatus: 0, stderr: "" });
    expect(end.stdout).toContain("not submitted yet: 1 array, which submit.sh leaves alone");
    const wave = round.submit(SUBMIT_ALL);
    expect(wave.status).toBe(75);
    expect(existsSync(join(round.folder, "submitted", "array-02.job"))).toBe(false);

    await round.steer("resume");
    expect(round.submit(["--no-canary"])).toMatchObject({ status: 0, stderr: "" });
    const all = await round.steer("cancel", "--yes");
    expect(all.stdout.split("\n")[0]).toMatch(
      /^round 1, mail at the end, job \d+: 1 element ended/,
    );
    const mine = (await lsf().jobs()).filter(({ id }) => id >= round.job(1));
    expect(mine.flatMap(({ elements }) => elements.map(({ state }) => state))).toEqual(
      Array(4 + 2 + 1).fill("EXIT"),
    );
    expect(existsSync(round.layout.pausedFile("s"))).toBe(false);
  });
});

describe("what is told", () => {
  const lsf = useLsf({ mode: "hold" });

  test("--print shows commands that do the same, and does nothing", async () => {
    const round = await makeRound(lsf());
    await lsf().force(round.job(1), 2, { state: "RUN", host: "exec-1" });
    const before = (await lsf().calls()).length;
    const shown = await round.steer("pause", "--print");
    expect(shown.stdout).toContain(`bstop '${round.job(1)}[1,3-4]'`);
    const limit = await round.steer("throttle", "7", "--print");
    expect(limit.stdout).toContain(`bgmod -L 7 ${round.jobGroup}`);
    expect(limit.stdout).toContain(`bmod -J %7 ${round.job(2)}`);
    const ending = await round.steer("cancel", "--print");
    expect(ending.stdout.match(/^bkill \d+$/gm)).toEqual([
      `bkill ${round.job(2)}`,
      `bkill ${round.job(1)}`,
    ]);
    const calls = (await lsf().calls()).slice(before);
    expect(new Set(calls.map(({ command }) => command))).toEqual(new Set(["bjobs"]));
    expect(existsSync(round.layout.limitFile("s"))).toBe(false);
    expect(existsSync(round.layout.pausedFile("s"))).toBe(false);
  });

  test("a pool keeps its slots, and throttle says nothing else of it", async () => {
    const round = await makeRound(lsf(), {
      ...{ cluster: "pool: { slots: 2, walltime: 1h }", workspace: "plain" },
    });
    const { exitStatus, stdout } = await round.steer("throttle", "7");
    expect(exitStatus).toBe(0);
    expect(stdout).toContain("array 1, job 1000: a parallel job keeps the slots it was submitted");
    expect(stdout).toContain("cluster.pool.slots in the study sets them");
    expect(stdout).not.toMatch(/job group|at once/);
    expect(existsSync(round.layout.limitFile("s"))).toBe(false);
    expect(round.submit().stdout).toContain("bjobs -g /me/");
  });

  test("a refusal is told whole, once the others are done", async () => {
    const round = await makeRound(lsf());
    const text = `Job <${round.job(2)}>: User permission denied`;
    await lsf().inject({ kind: "refused", command: "bkill", match: String(round.job(2)), text });
    const end = await round.steer("cancel", "--yes", "--json");
    expect(end.exitStatus).toBe(4);
    expect(end.stderr).toContain("refused to cancel round 1, array 2");
    const report = JSON.parse(end.stdout) as SteeringReport;
    expect(report.jobs).toMatchObject([
      { array: 2, outcome: "refused", detail: text },
      { array: 1, outcome: "done", commands: [["bkill", String(round.job(1))]] },
    ]);
  });

  test("what has ended meanwhile is no error", async () => {
    const round = await makeRound(lsf());
    const text = `Job <${round.job(2)}>: Job has already finished`;
    await lsf().inject({ kind: "refused", command: "bkill", match: String(round.job(2)), text });
    const end = await round.steer("cancel", "--yes");
    expect(end).toMatchObject({ exitStatus: 0, stderr: "" });
    expect(end.stdout).toContain(`round 1, array 2, job ${round.job(2)}: has ended meanwhile`);
  });

  test("a round whose files are torn is told of, and the others are steered", async () => {
    const round = await makeRound(lsf());
    const torn = join(round.layout.round("s", 2), "round.json");
    mkdirSync(dirname(torn));
    writeFileSync(torn, "{");
    for (const [does, ...words] of [
      ["2 elements held", "pause"],
      ["at most 3 at once", "throttle", "3"],
      ["2 elements released", "resume"],
      ["1 element ended: 2", "cancel", "--trial=6", "--yes"],
      ["1 element ended", "cancel", "--waiting", "--array=2", "--round=1", "--yes"],
      ["submit.sh submits nothing until bsweep resume", "cancel", "--yes"],
    ]) {
      const [command = "", ...rest] = words;
      const end = await round.steer(command, ...rest);
      const isAsked = !rest.includes("--round=1");
      expect(end).toMatchObject({ exitStatus: isAsked ? 3 : 0 });
      expect(end.stdout).toContain(does);
      if (!isAsked) continue;
      expect(end.stdout).toContain(`round 2: ${torn} is no valid round file`);
      expect(end.stderr).toContain(`nobody knows what there is to ${command} of round 2`);
    }
    expect((await round.states(1)).concat(await round.states(2))).toEqual(Array(6).fill("EXIT"));
    expect(existsSync(round.layout.pausedFile("s"))).toBe(true);
    const [where, other, none] = await Promise.all(
      ["--array=1", "--round=2", "--trial=7"].map((one) => round.steer("cancel", one, "--yes")),
    );
    expect(where).toMatchObject({ exitStatus: 2 });
    expect(where?.stderr).toContain("array 1 may be another round's");
    expect(other).toMatchObject({ exitStatus: 3 });
    expect(none).toMatchObject({ exitStatus: 2 });
    expect(none?.stderr).toContain(`hint: ${torn} is no valid round file`);
  });

  test("a trial is ended whatever another round's manifest says, which is told", async () => {
    const round = await makeRound(lsf());
    const other = round.layout.round("s", 2);
    cpSync(round.folder, other, { recursive: true });
    rmSync(join(other, "submitted"), { recursive: true });
    const file = join(other, "round.json");
    writeFileSync(file, readFileSync(file, "utf8").replace('"round": 1', '"round": 2'));
    writeFileSync(join(other, "array-01.trials.jsonl"), "{");
    expect(await round.steer("pause")).toMatchObject({ exitStatus: 0 });
    const end = await round.steer("cancel", "--trial=6", "--yes");
    expect(end.stdout).toContain("round 1, array 2, job 1001: 1 element ended: 2\nround 2: ");
    expect(end).toMatchObject({ exitStatus: 3 });
  });

  test("nothing submitted, no sensible limit, no such array of several", async () => {
    const round = await makeRound(lsf());
    expect(await round.steer("throttle", "0")).toMatchObject({ exitStatus: 2 });
    expect(await round.steer("cancel", "--round=2")).toMatchObject({ exitStatus: 6 });
    writeFileSync(join(round.folder, "submitted", "array-02.job"), "");
    writeFileSync(join(round.folder, "submitted", "array-02.intent"), "");
    const doubt = await round.steer("pause");
    expect(doubt.exitStatus).toBe(6);
    expect(doubt.stderr).toContain("there may be a job for round 1, array 2");
    expect(readFileSync(round.layout.pausedFile("s"), "utf8")).toMatch(/^bsweep pause, /);
  });
});

describe("a shell on the cluster", () => {
  const lsf = useLsf({});

  test("runs a command in the queue for it, with what the wrapper reads", async () => {
    const round = await makeRound(lsf(), { cluster: "userGroup: compute-lab" });
    const command = ["printf", "%s|", "it's", "$LSF_DOCKER_NETWORK", "a  b"];
    const end = await round.steer("shell", "--queue=general-interactive", "--", ...command);
    expect(end).toMatchObject({ exitStatus: 0 });
    expect(end.stdout).toContain("it's|$LSF_DOCKER_NETWORK|a  b|");
    const failing = await round.steer("shell", "--", "bash", "-c", "exit 7");
    expect(failing.exitStatus).toBe(7);
    const session = (await lsf().jobs()).find(({ name }) => name === "bsweep-shell");
    expect(session).toMatchObject({
      queue: "general-interactive",
      folder: round.layout.workspace,
      options: { "-G": "compute-lab", "-M": "1GB", "-R": "rusage[mem=1GB] span[hosts=1]" },
    });
    openGate(round);
  });
});
