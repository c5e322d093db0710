import { spawn, spawnSync } from "node:child_process";
import { describe, expect, onTestFinished, test } from "vitest";
import {
  readChildCpuSeconds,
  readMemoryUsage,
  readOutOfMemoryKills,
} from "../../../src/process/usage.ts";
import { listTree } from "../../../src/process/proc.ts";

/** Python that has printed a line and sleeps; its process id. */
async function startPython(script: string, shell = false): Promise<number> {
  const python = ["python3", "-c", `${script}\nprint(flush=True)\nimport time; time.sleep(60)`];
  const [command = "", ...args] = shell ? ["sh", "-c", '"$@"; exit', "sh", ...python] : python;
  const child = spawn(command, args, { stdio: ["ignore", "pipe", "inherit"], detached: true });
  const pid = child.pid ?? 0;
  onTestFinished(() => void process.kill(-pid, "SIGKILL"));
  await new Promise((resolve) => child.stdout.once("data", resolve));
  return pid;
}

describe("memory", () => {
  test("of a process is what it holds, and its peak after it has given some back", async () => {
    const pid = await startPython("x = bytearray(150 << 20); del x; y = bytearray(50 << 20)");
    const usage = readMemoryUsage(listTree(pid));
    expect(usage?.peakMiB).toBeGreaterThan(150);
    expect(usage?.heldMiB).toBeGreaterThan(50);
    expect(usage?.heldMiB).toBeLessThan(120);
    expect(usage?.exactMiB()).toBeGreaterThan(50);
  });

  test("of those that it started counts too", async () => {
    const pid = await startPython("x = bytearray(100 << 20)", true);
    expect(readMemoryUsage(listTree(pid))?.heldMiB).toBeGreaterThan(100);
  });

  test("of those that its threads started counts too", async () => {
    const child = "x = bytearray(100 << 20); print(flush=True); import time; time.sleep(60)";
    const pid = await startPython(
      [
        "import subprocess, sys, threading",
        `args = [sys.executable, "-c", ${JSON.stringify(child)}]`,
        "ready = threading.Event()",
        "def run():",
        "    with subprocess.Popen(args, stdout=subprocess.PIPE) as child:",
        "        child.stdout.readline(); ready.set(); child.wait()",
        "threading.Thread(target=run).start(); ready.wait()",
      ].join("\n"),
    );
    expect(readMemoryUsage(listTree(pid))?.heldMiB).toBeGreaterThan(100);
  });

  test("that processes share counts once, when it is looked at exactly", async () => {
    const pid = await startPython("x = bytearray(100 << 20)\nimport os; os.fork()");
    const usage = readMemoryUsage(listTree(pid));
    expect(usage?.heldMiB).toBeGreaterThan(200);
    expect(usage?.exactMiB()).toBeGreaterThan(100);
    expect(usage?.exactMiB()).toBeLessThan(150);
  });

  test("of a process that has ended is not known", () => {
    const { pid } = spawnSync("true");
    expect(readMemoryUsage(listTree(pid))).toBeUndefined();
  });
});

test("CPU time of children counts once they have ended", () => {
  const before = readChildCpuSeconds() ?? NaN;
  spawnSync("python3", [
    "-c",
    "import time\nend = time.process_time() + 0.3\nwhile time.process_time() < end: pass",
  ]);
  const passed = (readChildCpuSeconds() ?? NaN) - before;
  expect(passed).toBeGreaterThanOrEqual(0.25);
  expect(passed).toBeLessThan(5);
});

test("how often the kernel killed for memory is a count, or not told", () => {
  const kills = readOutOfMemoryKills();
  expect(kills ?? 0).toBeGreaterThanOrEqual(0);
  expect(Number.isInteger(kills ?? 0)).toBe(true);
});
