import { existsSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { runProcess, type ProcessOptions } from "../../../src/process/exec.ts";
import { makeTestFolder } from "../../support/folder.ts";
import { readPid } from "../../support/pid-file.ts";
import { isAlive } from "../../support/rounds.ts";

const sh = (script: string, options: ProcessOptions = {}, ...args: readonly string[]) =>
  runProcess("sh", ["-c", script, "sh", ...args], options);

const GOOD = { succeeded: true, exitStatus: 0, failure: "", notFound: false, timedOut: false };
const BAD = { ...GOOD, succeeded: false, exitStatus: null };

describe("how a program ends", () => {
  test("in order: its output, the last line end left out", async () => {
    const end = await sh("printf 'a\\n\\n b \\n\\n'; echo e >&2");
    expect(end).toEqual({ ...GOOD, stdout: "a\n\n b \n", stderr: "e" });
  });

  test("with a status, which is told with what was printed", async () => {
    expect(await sh("echo out; echo err >&2; exit 3")).toEqual({
      ...{ ...BAD, exitStatus: 3, stdout: "out", stderr: "err" },
      failure: expect.stringContaining("exit code 3") as string,
    });
  });

  test("by a signal", async () => {
    expect(await sh("kill -KILL $$")).toMatchObject({
      ...{ ...BAD, failure: expect.stringContaining("SIGKILL") as string },
    });
  });

  test("not started: it is not there, may not be run, or its words are too many", async () => {
    expect(await runProcess("no-such-program", [])).toMatchObject({
      ...{ ...BAD, notFound: true, failure: expect.stringContaining("ENOENT") as string },
    });
    const file = join(makeTestFolder(), "plain");
    writeFileSync(file, "#!/bin/sh\n", { mode: 0o644 });
    expect(await runProcess(file, [])).toMatchObject({
      ...{ ...BAD, failure: expect.stringContaining("EACCES") as string },
    });
    // Linux takes 128 KiB a word.
    expect(await runProcess("true", ["x".repeat(200_000)])).toMatchObject({
      ...{ ...BAD, failure: expect.stringContaining("E2BIG") as string },
    });
  });

  test("when its time is over; a deaf one is killed", async () => {
    const failure = expect.stringContaining("timed out") as string;
    const ended = { ...BAD, timedOut: true, failure };
    const options = { timeoutSeconds: 0.2 };
    expect(await sh("exec sleep 60", options)).toMatchObject(ended);
    expect(await sh("trap '' TERM; while :; do sleep 0.1; done", options)).toMatchObject(ended);
  });

  test("when it is told to, before it starts and while it runs", async () => {
    const ended = { ...BAD, failure: expect.stringContaining("canceled") as string };
    const signal = AbortSignal.abort();
    const made = join(makeTestFolder(), "made");
    expect(await sh(`touch '${made}'; exec sleep 60`, { signal })).toMatchObject({
      ...{ ...BAD, failure: "was not started: it was to end already" },
    });
    expect(existsSync(made)).toBe(false);
    const controller = new AbortController();
    const file = join(makeTestFolder(), "pid");
    const running = sh(`echo $$ > '${file}'; exec sleep 60`, { signal: controller.signal });
    const pid = await readPid(file);
    controller.abort();
    expect(await running).toMatchObject(ended);
    expect(isAlive(pid)).toBe(false);
  });
});

describe("what a program is given", () => {
  test("its words as they are: no shell looks at them", async () => {
    const words = ["", " a  b ", "$HOME", "`id`", "*", 'it\'s "x"', "line\nend", "\\", "é"];
    const { stdout } = await sh(`printf '%s\\0' "$@"`, {}, ...words);
    expect(stdout.split("\0")).toEqual([...words, ""]);
  });

  test("an empty stdin, a folder, and an environment on top of ours", async () => {
    const cwd = makeTestFolder();
    const env = { MINE: "it's", HOME: undefined };
    const { stdout } = await sh(`cat; pwd; echo "$MINE" "\${HOME-none}" "\${PATH:+path}"`, {
      ...{ cwd, env },
    });
    expect(stdout).toBe(`${cwd}\nit's none path`);
  });
});

describe("what a program prints", () => {
  test("is text, also where a character comes in two pieces; bytes that are none are told as such", async () => {
    const { stdout } = await sh("printf '\\303'; sleep 0.1; printf '\\251 \\377'");
    expect(stdout).toBe("é \ufffd");
  });

  test("is kept whole", async () => {
    const { stdout } = await sh("head -c 3000000 /dev/zero | tr '\\0' x");
    expect(stdout).toHaveLength(3_000_000);
  });
});
