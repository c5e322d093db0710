import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { runAttached, runLogged } from "../../../src/process/run-child.ts";
import { runLines, runNodeLines } from "../../../src/process/exec.ts";
import { until } from "../../support/bsweep-process.ts";
import { makeTestFolder } from "../../support/folder.ts";
import { never } from "../../support/prepare.ts";
import { runProcess } from "../../support/programs.ts";

const FIXTURES = join(import.meta.dirname, "..", "..", "fixtures", "process");
/** Goes on when it is asked to end. */
const DEAF = `process.on("SIGTERM", () => console.log("deaf")); setInterval(() => {}, 100); console.log("ready");`;

describe("runLines", () => {
  const tell = async (command: string, ...args: readonly string[]) => {
    const lines: string[] = [];
    return { end: await runLines(command, args, (line) => lines.push(line)), lines };
  };

  test("tells the lines of both outputs, the last one without an end too", async () => {
    const { end, lines } = await tell("sh", "-c", "echo one; echo two >&2");
    expect(end).toEqual({ exitStatus: 0, failure: "" });
    expect(lines.sort()).toEqual(["one", "two"]);
    const script = "echo one; printf '\\303'; sleep 0.1; printf '\\251 \\377'";
    expect((await tell("sh", "-c", script)).lines).toEqual(["one", "é \ufffd"]);
  });

  test("a line of one output never begins with half a line of the other", async () => {
    const script = "printf half; sleep 0.2; echo whole >&2; sleep 0.2; echo ' line'";
    expect((await tell("sh", "-c", script)).lines).toEqual(["whole", "half line"]);
  });

  test("tells how it failed, or did not start", async () => {
    const failed = await tell("sh", "-c", "echo before; exit 3");
    expect(failed.lines).toEqual(["before"]);
    expect(failed.end).toMatchObject({ exitStatus: 3 });
    expect(failed.end.failure).toContain("exit code 3");
    const { end } = await tell("no-such-program");
    expect(end).toMatchObject({ exitStatus: null });
    expect(end.failure).toContain("ENOENT");
    const killed = await tell("sh", "-c", "kill -KILL $$");
    expect(killed.end).toMatchObject({ exitStatus: null });
    expect(killed.end.failure).toContain("SIGKILL");
  });
});

describe("runNodeLines", () => {
  const node = (
    script: string,
    onLine: (line: string) => void,
    other: { signal?: AbortSignal; graceSeconds?: number } = {},
  ) => runNodeLines(["-e", script], { env: {}, signal: never, graceSeconds: 60, onLine, ...other });

  test("runs a Node program with a channel to us, and tells its lines", async () => {
    const lines: string[] = [];
    const script = `console.log(process.channel !== undefined); console.error("é"); process.exitCode = 4`;
    const end = await node(script, (line) => lines.push(line));
    expect(end).toMatchObject({ exitStatus: 4 });
    expect(lines.sort()).toEqual(["true", "é"]);
  });

  test("ends it when that is wanted: by SIGTERM, after the grace by SIGKILL", async () => {
    const lines: string[] = [];
    const controller = new AbortController();
    const onLine = (line: string): void => {
      lines.push(line);
      controller.abort();
    };
    const end = await node(DEAF, onLine, { signal: controller.signal, graceSeconds: 0.3 });
    expect(end.exitStatus).toBe(null);
    expect(end.failure).not.toBe("");
    expect(lines).toEqual(["ready", "deaf"]);
  });
});

describe("runLogged", () => {
  const logFile = (): string => join(makeTestFolder(), "log");
  const sh = (script: string, file: string, signal = never) =>
    runLogged({
      ...{ command: "sh", args: ["-c", script], logFile: file, signal },
      env: { PATH: process.env["PATH"], MINE: "it's" },
    });

  test("writes both outputs into its log, in order, in place of what was there", async () => {
    const file = logFile();
    writeFileSync(file, "something longer that was there before\n");
    const end = await sh(`echo "$MINE"; echo two >&2; printf three; exit 3`, file);
    expect(end).toEqual({ exitStatus: 3, signal: null });
    expect(readFileSync(file, "utf8")).toBe("it's\ntwo\nthree");
  });

  test("asks it to end once, and waits for it", async () => {
    const file = logFile();
    const controller = new AbortController();
    const script = "trap 'echo asked' TERM; echo ready; for i in 1 2 3 4 5; do sleep 0.1; done";
    const running = sh(`${script}; exit 5`, file, controller.signal);
    await until(() => readFileSync(file, "utf8") === "ready\n");
    controller.abort();
    expect(await running).toEqual({ exitStatus: 5, signal: null });
    expect(readFileSync(file, "utf8")).toContain("asked");
  });

  test("tells the signal that ended it; what cannot be started is an error", async () => {
    expect(await sh("kill -KILL $$", logFile())).toEqual({ exitStatus: null, signal: "SIGKILL" });
    const absent = { command: "no-such-program", args: [], env: {}, signal: never };
    await expect(runLogged({ ...absent, logFile: logFile() })).rejects.toThrow("ENOENT");
    const elsewhere = join(makeTestFolder(), "absent", "log");
    await expect(sh("true", elsewhere)).rejects.toThrow("ENOENT");
  });
});

describe("runAttached", () => {
  const options = { cwd: "/", env: process.env };

  test("tells the status, or the signal; what cannot be started is an error", async () => {
    expect(await runAttached("sh", ["-c", "exit 3"], options)).toEqual({
      ...{ exitStatus: 3, signal: null },
    });
    expect(await runAttached("sh", ["-c", "kill -KILL $$"], options)).toEqual({
      ...{ exitStatus: null, signal: "SIGKILL" },
    });
    await expect(runAttached("no-such-program", [], options)).rejects.toThrow("ENOENT");
  });

  test.each([
    ["inherit", "out\n", "err"],
    ["stderr", "", "out\nerr"],
  ])("its output is ours; stdout: %s", async (stdout, out, err) => {
    const fixture = ["--import", "tsx", join(FIXTURES, "attached.ts"), stdout];
    const end = await runProcess(process.execPath, fixture);
    expect(end).toMatchObject({ exitStatus: 0, stdout: out.trimEnd(), stderr: err });
  });
});

describe("signals to this process", () => {
  const interrupt = async (how: string, ...signals: readonly NodeJS.Signals[]) => {
    const lines: string[] = [];
    const args = ["--import", "tsx", join(FIXTURES, "interrupted.ts"), how];
    const pids: number[] = [];
    const end = await runLines(process.execPath, args, (line) => {
      lines.push(line);
      const pid = /^ready (\d+)$/.exec(line)?.[1];
      if (pid !== undefined) pids.push(Number(pid));
      const signal = signals[lines.length - 1];
      if (signal !== undefined) process.kill(pids[0] ?? 0, signal);
    });
    return { ...end, lines: lines.slice(1) };
  };

  test.each(["SIGINT", "SIGTERM", "SIGHUP"] as const)(
    "%s aborts the work, which cleans up, and ends the process as its parent expects",
    async (signal) => {
      const { exitStatus, failure, lines } = await interrupt("work", signal);
      expect(lines).toEqual(["aborted", "cleaned up"]);
      expect(exitStatus).toBe(null);
      expect(failure).toContain(signal);
    },
  );

  test("of several the first one counts", async () => {
    const { failure, lines } = await interrupt("work", "SIGTERM", "SIGINT");
    expect(lines).toEqual(["aborted", "cleaned up"]);
    expect(failure).toContain("SIGTERM");
  });

  test("work that ends, or fails, leaves no handler behind", async () => {
    expect(await interrupt("done", "SIGTERM")).toMatchObject({
      ...{
        exitStatus: null,
        lines: ["done: 7"],
        failure: expect.stringContaining("SIGTERM") as string,
      },
    });
    expect(await interrupt("fails", "SIGINT")).toMatchObject({
      ...{
        exitStatus: null,
        lines: ["failed: no"],
        failure: expect.stringContaining("SIGINT") as string,
      },
    });
  });

  test("a command that they end as it should has its own status; a second one ends it at once", async () => {
    expect(await interrupt("watch", "SIGINT")).toMatchObject({
      ...{ exitStatus: 5, lines: ["aborted"] },
    });
    expect(await interrupt("watch", "SIGINT", "SIGINT")).toMatchObject({
      ...{ exitStatus: null, failure: expect.stringContaining("SIGINT") as string },
    });
  });
});
