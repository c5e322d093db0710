import { existsSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { runBsweep } from "../../support/bsweep-process.ts";
import { CONTROLS, HOSTILE_NAMES, Trap } from "../../support/hostile.ts";
import { runInterrupted } from "../../support/interruptions/interrupt.ts";
import { useLsf } from "../../support/lsf/suite.ts";
import {
  makeSubmittableRound,
  SOON,
  type SubmittableRound,
} from "../../support/submitted-round.ts";

/** All of them, some in an answer. */
const TEXTS = [
  HOSTILE_NAMES.slice(0, 9).join("\n"),
  HOSTILE_NAMES.slice(9).join(" "),
  CONTROLS.join(" "),
  "1000[$(touch pwned)]",
];
/** What a terminal would obey. */
const OBEYED = /[\u0000-\u0008\u000b-\u001f\u007f-\u009f]/;

describe("hostile answers of the scheduler", () => {
  const lsf = useLsf({ mode: "hold" });

  test("submit.sh obeys none, and submits everything once in the end", async () => {
    const trap = new Trap();
    const round = await makeSubmittableRound(lsf());
    for (const text of TEXTS) {
      for (const command of ["bgadd", "bsub", "bjobs"] as const)
        await lsf().inject({ kind: "garbage", command, text: `${text}\n` });
      const { status } = round.submit(
        existsSync(join(round.folder, "submit.lock")) ? ["--break-lock"] : [],
        SOON,
      );
      expect([0, 4, 6]).toContain(status);
    }
    await lsf().clearFaults();
    expect(round.submit([], SOON).status).toBe(0);
    const jobs = await lsf().jobs();
    expect(jobs.map(({ id }) => String(id))).toEqual(
      ["00", "01", "02", "03"].map((array) => round.readRecord(`array-${array}.job`)),
    );
    trap.expectUnsprung(round.layout.workspace);
  });

  test.each([
    "Job <1000$(touch pwned)> is submitted to queue <general>.",
    "Job <$(touch pwned)> is submitted to queue <general>.",
    "Job <-1> is submitted to queue <general>.",
    "Job <77\u001b[2J> is submitted to queue <general>.",
  ])("%j is no job id", async (text) => {
    const round = await makeSubmittableRound(lsf());
    await lsf().inject({ kind: "garbage", command: "bsub", text: `${text}\n` });
    expect(round.submit()).toMatchObject({ status: 4 });
    expect(round.submit([], SOON).stdout).toContain("array-00: found as job 1000");
    expect(await lsf().jobs()).toHaveLength(4);
  });

  test("status and the steering commands obey none, and print nothing a terminal would obey", async () => {
    const trap = new Trap();
    const round = await makeSubmittableRound(lsf());
    expect(round.submit().status).toBe(0);
    const tell = makeTeller(round, lsf().environment());
    for (const text of TEXTS) {
      const record = {
        ...{ JOBID: "1001", JOBINDEX: "1", JOB_NAME: "s-r001-a01-0a1b2c3d[1]", STAT: "PEND" },
        ...{ EXIT_CODE: text, EXIT_REASON: text, PEND_REASON: text, EXEC_HOST: text },
        ...{ RUN_TIME: text, MAX_MEM: text, FINISH_TIME: text },
      };
      const foreign = { ...record, JOBID: text, JOBINDEX: text, JOB_NAME: text, STAT: text };
      for (const answer of [text, JSON.stringify({ COMMAND: "bjobs", RECORDS: [record, foreign] })])
        await tell(answer, text === TEXTS[2]);
    }
    trap.expectUnsprung(round.layout.workspace);
    // Nothing was done to anybody's job on the word of such an answer but to our own.
    for (const { command, args } of await lsf().calls())
      if (/^b(?:kill|stop|resume|mod)$/.test(command))
        expect(args.every((word) => /^[-\w[\],%."=$ ]*$/.test(word))).toBe(true);
  });

  /** Asks with bjobs answering so; every command when `all`, else status alone. */
  function makeTeller(round: SubmittableRound, environment: NodeJS.ProcessEnv) {
    const env = Object.fromEntries(
      Object.entries(environment).filter(
        (entry): entry is [string, string] => entry[1] !== undefined,
      ),
    );
    return async (answer: string, all: boolean): Promise<void> => {
      const others = [["pause"], ["throttle", "3"], ["cancel", "--yes", "--print"]];
      for (const [name = "", ...more] of [["status"], ...(all ? others : [])]) {
        await lsf().clearFaults();
        await lsf().inject({ kind: "garbage", command: "bjobs", text: answer, times: 9 });
        const { stdout, stderr, exitStatus } = await runBsweep(
          [name, round.studyFile, ...more, `--workspace=${round.layout.workspace}`],
          { env },
        );
        expect([name, answer, OBEYED.exec(`${stdout}${stderr}`)]).toEqual([name, answer, null]);
        expect([name, answer, exitStatus === 1 ? stderr : ""]).toEqual([name, answer, ""]);
      }
      await lsf().clearFaults();
    };
  }
});

describe("hostile surroundings", () => {
  const lsf = useLsf({ mode: "hold" });

  test.each(["a b", "$(touch pwned)", "-n", "", "é\u001b[2J\nb"])(
    "a host called %j submits everything, and is obeyed in nothing",
    async (host) => {
      const trap = new Trap();
      const round = await makeSubmittableRound(lsf());
      const script = join(round.folder, "submit.sh");
      const env = lsf().environment({ HOSTNAME: host, USER: host, LOGNAME: host });
      const { status, stderr } = await runInterrupted(["bash", script], env, null);
      expect(stderr).toBe("");
      expect(status).toBe(0);
      expect(existsSync(join(round.folder, "submit.lock"))).toBe(false);
      expect(await lsf().jobs()).toHaveLength(4);
      trap.expectUnsprung(round.layout.workspace);
    },
  );

  test("an owner of a lock that wrote hostile text is told of, not obeyed", async () => {
    const trap = new Trap();
    const round = await makeSubmittableRound(lsf());
    for (const text of TEXTS) {
      round.submit(["--dry-run"]);
      const lock = join(round.folder, "submit.lock");
      await runInterrupted(["mkdir", "-p", lock], process.env, null);
      writeFileSync(join(lock, "owner"), `${text}\n`);
      const { status, stderr } = round.submit();
      expect(status).toBe(6);
      expect(stderr).toContain("another submit.sh is at work");
    }
    trap.expectUnsprung(round.layout.workspace);
  });
});
