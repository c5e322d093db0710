import { closeSync, existsSync, openSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, onTestFinished, test } from "vitest";
import {
  supervise,
  TIME_IS_UP,
  type Supervised,
  type SuperviseOptions,
} from "../../../src/process/supervise.ts";
import { until } from "../../support/bsweep-process.ts";
import { makeTestFolder } from "../../support/folder.ts";
import { readPid } from "../../support/pid-file.ts";
import { never } from "../../support/prepare.ts";
import { isAlive } from "../../support/rounds.ts";

/** What it prints, to stdout and stderr, is in `log`. */
interface Run extends Supervised {
  readonly log: string;
}

async function run(
  command: SuperviseOptions["command"],
  other: Partial<SuperviseOptions> = {},
): Promise<Run> {
  const logFile = join(makeTestFolder(), "log");
  const output = openSync(logFile, "w");
  try {
    const end = await supervise({
      ...{ command, output, cwd: "/", env: process.env, withChannel: false, signal: never },
      ...{ secondsLeft: 60, memoryMiB: 4096, grace: { timeoutSeconds: 60, abortSeconds: 60 } },
      isFinished: () => false,
      ...other,
    });
    return { ...end, log: readFileSync(logFile, "utf8") };
  } finally {
    closeSync(output);
  }
}

const sh = (script: string, other: Partial<SuperviseOptions> = {}, ...args: readonly string[]) =>
  run(["sh", "-c", script, "sh", ...args], other);

/** Goes on when it is asked to end. */
const DEAF = "trap '' TERM; echo ready; while :; do sleep 0.1; done";
const NEVER_STOPPED = { stopped: undefined, startFailure: undefined };

describe("a child that ends by itself", () => {
  test("with its status, its words and what it took", async () => {
    const end = await sh("echo out; echo err >&2; exit 3");
    expect(end).toMatchObject({ ...NEVER_STOPPED, exitStatus: 3, signal: null });
    expect(end.log.split("\n").sort()).toEqual(["", "err", "out"]);
    expect(end.stderrTail).toBe("err");
    expect(end.seconds).toBeGreaterThan(0);
  });

  test("by a signal", async () => {
    expect(await sh("kill -SEGV $$")).toMatchObject({
      ...{ ...NEVER_STOPPED, exitStatus: null, signal: "SIGSEGV", outOfMemoryKill: false },
    });
  });

  test("in its folder, with its environment and no stdin", async () => {
    const cwd = makeTestFolder();
    const env = { PATH: process.env["PATH"], MINE: "it's" };
    const { log } = await sh(`cat; pwd; echo "$MINE \${HOME-none}"`, { cwd, env });
    expect(log).toBe(`${cwd}\nit's none\n`);
  });

  test.each([false, true])("a channel to us: %j", async (withChannel) => {
    const script = "console.log(process.channel !== undefined); process.disconnect?.()";
    const { log } = await run([process.execPath, "-e", script], { withChannel });
    expect(log).toBe(`${withChannel}\n`);
  });

  test("its lines are told, and are in its output all the same", async () => {
    const lines: string[] = [];
    const { log } = await sh("echo one; echo two; printf half", {
      onLine: (line) => lines.push(line),
    });
    expect(lines.slice(0, 2)).toEqual(["one", "two"]);
    expect(log).toBe("one\ntwo\nhalf");
  });

  test("of stderr the last 4 KiB are kept, and all of it is in the output", async () => {
    const { stderrTail, log } = await sh("head -c 10000 /dev/zero | tr '\\0' x >&2; echo end >&2");
    expect(stderrTail).toBe(`${"x".repeat(4092)}end`);
    expect(log).toBe(`${"x".repeat(10_000)}end\n`);
  });

  test("CPU time and memory are those of all that it started", async () => {
    const child = "x = bytearray(60 << 20); t = __import__('time'); e = t.process_time() + 0.5\n";
    const { cpuSeconds, peakMemoryMiB } = await sh(
      `python3 -c "$1"; exit`,
      {},
      `${child}while t.process_time() < e: pass`,
    );
    expect(cpuSeconds).toBeGreaterThanOrEqual(0.4);
    expect(peakMemoryMiB).toBeGreaterThan(60);
  });
});

describe("a child that cannot be started", () => {
  test("there is no such program", async () => {
    const end = await run(["no-such-program"]);
    expect(end).toMatchObject({ exitStatus: null, signal: null, stopped: undefined });
    expect(end.startFailure).toMatch(/^there is no program no-such-program /);
  });

  test("it may not be run", async () => {
    const file = join(makeTestFolder(), "plain");
    writeFileSync(file, "#!/bin/sh\n", { mode: 0o644 });
    const { startFailure } = await run([file]);
    expect(startFailure).toContain(file);
    expect(startFailure).toContain("it is not executable");
  });
});

describe("a child that is ended", () => {
  test("when its time is over", async () => {
    expect(await sh("exec sleep 60", { secondsLeft: 0.3 })).toMatchObject({
      ...{ stopped: "timeout", exitStatus: null, signal: "SIGTERM" },
    });
  });

  test("with the status that it leaves with, when it takes the hint", async () => {
    const script = "trap 'echo saved; exit 75' TERM; while :; do sleep 0.1; done";
    const end = await sh(script, { secondsLeft: 0.3 });
    expect(end).toMatchObject({ stopped: "timeout", exitStatus: 75, signal: null });
    expect(end.log).toContain("saved\n");
  });

  test("for good, when it does not: after a timeout's grace", async () => {
    const grace = { timeoutSeconds: 0.3, abortSeconds: 600 };
    expect(await sh(DEAF, { secondsLeft: 0.3, grace })).toMatchObject({
      ...{ stopped: "timeout", exitStatus: null, signal: "SIGKILL" },
    });
  });

  test.each([
    ["somebody wants it", undefined, "aborted", { timeoutSeconds: 600, abortSeconds: 0.3 }],
    ["a scheduler's time is up", TIME_IS_UP, "timeout", { timeoutSeconds: 0.3, abortSeconds: 600 }],
  ] as const)("when %s, with the grace of its own", async (_, reason, stopped, grace) => {
    const controller = new AbortController();
    const onLine = (): void => controller.abort(reason);
    const end = await sh(DEAF, { signal: controller.signal, grace, onLine });
    expect(end).toMatchObject({ stopped, exitStatus: null, signal: "SIGKILL" });
  });

  test("at once, when that was wanted before it began", async () => {
    const end = await sh("exec sleep 60", { signal: AbortSignal.abort() });
    expect(end).toMatchObject({ stopped: "aborted", signal: "SIGTERM" });
  });

  test("when it has done what it is there for", async () => {
    const file = join(makeTestFolder(), "pid");
    const isFinished = (): boolean => existsSync(file);
    const end = await sh(`echo done > '${file}'; exec sleep 60`, { isFinished });
    expect(end).toMatchObject({ stopped: "finished", signal: "SIGTERM" });
  });

  test("without any grace, when what it started holds too much memory", async () => {
    const holder = `python3 -c "x = bytearray(200 << 20); import time; time.sleep(60)"; exit`;
    const end = await sh(holder, { memoryMiB: 100 });
    expect(end).toMatchObject({ stopped: "memory", exitStatus: null, signal: "SIGKILL" });
    expect(end.peakMemoryMiB).toBeGreaterThan(100);
  });

  test("not for memory that its processes share: it counts once", async () => {
    const share =
      "import mmap, os, time\nx = mmap.mmap(-1, 80 << 20)\nfor i in range(80): x.write(b'x' * (1 << 20))\n";
    const fork = "if os.fork() == 0: x[::4096]\ntime.sleep(1)\n";
    const end = await run(["python3", "-c", share + fork], { memoryMiB: 120 });
    expect(end).toMatchObject({ stopped: undefined, exitStatus: 0 });
  });
});

describe("what a child leaves behind", () => {
  test("ends with it, and holds nothing up", async () => {
    const file = join(makeTestFolder(), "pid");
    const end = await sh(`(trap '' TERM HUP; echo $$; exec sleep 60) & echo $! > '${file}'`);
    expect(end.exitStatus).toBe(0);
    const left = await readPid(file);
    await until(() => !isAlive(left));
  });

  test("holds nothing up either where it left the group; it goes on", async () => {
    const file = join(makeTestFolder(), "pid");
    const script = `setsid sh -c 'echo $$ > "$1"; exec sleep 60' sh '${file}' & sleep 0.3; exit 4`;
    const end = await sh(script);
    const left = await readPid(file);
    onTestFinished(() => void process.kill(left, "SIGKILL"));
    expect(end.exitStatus).toBe(4);
    expect(isAlive(left)).toBe(true);
  });
});
