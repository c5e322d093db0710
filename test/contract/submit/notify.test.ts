import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { builtProgram } from "../../../src/workspace/package.ts";
import { makeTestFolder } from "../../support/folder.ts";
import { spawnSync } from "../../support/programs.ts";
import { useLsf } from "../../support/lsf/suite.ts";
import { GOOD, makeSubmittableRound } from "../../support/submitted-round.ts";

describe("cluster.notify", () => {
  const lsf = useLsf({ mode: "process" });

  test("one mail when everything has ended, and none for an element", async () => {
    const round = await makeSubmittableRound(lsf(), {
      trials: [GOOD, "exit 1", GOOD],
      cluster: "notify: me@example.org",
    });
    const { status, stderr } = round.submit();
    expect(stderr).toBe("");
    expect(status).toBe(0);
    const notify = (await lsf().jobs()).at(-1);
    expect(notify?.options["-w"]).toBe("ended(1000) && ended(1001) && ended(1002)");
    await lsf().untilEnded();
    const mails = await lsf().mails();
    expect(mails.map(({ to }) => to)).toEqual(["me@example.org"]);
    expect(mails[0]?.subject).toContain("s-r001-end-0a1b2c3d");
    // In the mail itself: how many, the best, and the command that shows more.
    const text = mails[0]?.text ?? "";
    expect(text).toContain(
      "s, round 1: 2 of 3 trials complete, 1 failed, best: trial 1, score 1.00000\n\nLook: cd /",
    );
    const command = /Look: (.*)$/m.exec(text)?.[1] ?? "";
    const words = command.replace("bsweep status", "printf '%s|'");
    expect(spawnSync("bash", ["-c", `${words}; pwd`]).stdout).toBe(
      `study.yaml|${round.layout.workspace}\n`,
    );
    expect(round.submit().status).toBe(0);
    expect(await lsf().jobs()).toHaveLength(4);
  });
});

describe("cluster.notify on Slurm, which mails the name of a job", () => {
  test("the job takes a name that tells how the round ended, and nothing that a mail could stumble over", async () => {
    const folder = makeTestFolder();
    const scontrol = `#!/bin/sh\nprintf '%s\\n' "$@" > '${folder}/words'\n`;
    writeFileSync(join(folder, "scontrol"), scontrol, { mode: 0o755 });
    const environment = (extra = {}): NodeJS.ProcessEnv => ({ ...process.env, ...extra });
    const round = await makeSubmittableRound(
      { environment },
      { scheduler: "slurm", cluster: "notify: me@example.org" },
    );
    const env = environment({
      PATH: `${folder}:${process.env["PATH"] ?? ""}`,
      BSWEEP: builtProgram("main.js"),
      SLURM_JOB_ID: "717",
    });
    const end = spawnSync("bash", [join(round.folder, "notify.sh")], { env });
    expect(end).toMatchObject({ status: 0, stderr: "" });
    expect(readFileSync(join(folder, "words"), "utf8")).toBe(
      "update\nJobId=717\nJobName=s, round 1: 0 of 6 trials complete, 6 without a result, see: bsweep status study.yaml\n",
    );
    // Where bsweep cannot count, the mail says at least what has ended.
    const broken = { ...env, BSWEEP: "/nowhere/bsweep" };
    expect(spawnSync("bash", [join(round.folder, "notify.sh")], { env: broken }).stdout).toContain(
      "Round 1 of the study s has ended",
    );
  });
});
