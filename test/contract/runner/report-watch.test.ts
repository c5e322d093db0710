import { join } from "node:path";
import { expect, test } from "vitest";
import { supervise, type Supervised } from "../../../src/process/supervise.ts";
import { ReportWatch } from "../../../src/runner/report-watch.ts";
import { makeTestFolder } from "../../support/folder.ts";

/** Runs a program that leaves `$1`, its report, for at most so long. */
async function watch(
  command: readonly [string, ...string[]],
  idleSeconds: number,
  secondsLeft: number,
): Promise<Pick<Supervised, "stopped" | "seconds"> & { readonly quietSeconds: number }> {
  const cwd = makeTestFolder();
  const report = join(cwd, "report.json");
  const watched = new ReportWatch(report, idleSeconds);
  const [program, ...args] = command;
  const run = await supervise({
    command: [program, ...args, report],
    cwd,
    env: process.env,
    withChannel: false,
    secondsLeft,
    memoryMiB: 4096,
    signal: new AbortController().signal,
    grace: { timeoutSeconds: 1, abortSeconds: 1 },
    isFinished: watched.isFinished,
  });
  return { ...run, quietSeconds: watched.quietSeconds };
}

const shell = (script: string): [string, ...string[]] => ["bash", "-c", script, "bash"];
const REPORT = `echo '{"metrics":{"v":1}}' > "$1"`;

test("a program that has left its result and does nothing more is ended after a long while", async () => {
  const { stopped, seconds } = await watch(shell(`${REPORT}; sleep 60`), 3, 30);
  expect(stopped).toBe("finished");
  expect(seconds).toBeGreaterThan(3);
});

test.each([
  ["computes", `${REPORT}; while :; do :; done`],
  ["changes its result", `while :; do ${REPORT}; sleep 1.5; done`],
  ["has left no result", "sleep 60"],
  [
    "has left a link to a result",
    `echo '{"metrics":{"v":1}}' > "$1.real"; ln -s "$1.real" "$1"; sleep 60`,
  ],
  ["has left half a result", `printf '{"metrics"' > "$1"; sleep 60`],
])("one that %s is not", async (_, script) => {
  expect((await watch(shell(script), 3, 6)).stopped).toBe("timeout");
});

test("what a program has another process compute, started by a thread of it, is no idleness", async () => {
  const script = `
import subprocess, sys, threading, time
open(sys.argv[1], "w").write('{"metrics":{"v":1}}')
threading.Thread(target=lambda: subprocess.run(["sh", "-c", "while :; do :; done"])).start()
time.sleep(60)`;
  const { stopped, quietSeconds } = await watch(["python3", "-c", script], 3, 6);
  expect(stopped).toBe("timeout");
  expect(quietSeconds).toBeLessThan(2);
});
