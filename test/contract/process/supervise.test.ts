import { chmodSync, mkdirSync, openSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import {
  supervise,
  type Supervised,
  type SuperviseOptions,
} from "../../../src/process/supervise.ts";
import { makeTestFolder } from "../../support/folder.ts";

/** Runs a program in a folder of its own, its output in a file. */
async function run(
  command: readonly [string, ...string[]],
  other: Partial<SuperviseOptions> = {},
): Promise<Supervised & { readonly log: () => string; readonly lines: readonly string[] }> {
  const cwd = makeTestFolder();
  const lines: string[] = [];
  const logFile = join(cwd, "log");
  const pipeFolder = join(cwd, "pipes");
  mkdirSync(pipeFolder);
  const end = await supervise({
    command,
    cwd,
    env: process.env,
    withChannel: false,
    secondsLeft: 60,
    memoryMiB: 4096,
    signal: new AbortController().signal,
    grace: { timeoutSeconds: 1, abortSeconds: 1 },
    isFinished: () => false,
    onLine: (line) => lines.push(line),
    pipeFolder,
    output: openSync(logFile, "a"),
    ...other,
  });
  return { ...end, log: () => readFileSync(logFile, "utf8"), lines };
}

const shell = (script: string, ...args: string[]): [string, ...string[]] => [
  ...(["sh", "-c", script, "sh", ...args] as const),
];

test.each([
  ["echo x > /dev/stderr", "x\n", ""],
  ["echo x | tee /dev/stderr", "x\nx\n", "x"],
  ["echo x > /dev/stdout", "x\n", "x"],
  [
    "echo a; echo x | tee -a /proc/self/fd/2 > /dev/null; echo b >> /dev/stdout",
    "a\nx\nb\n",
    "a,b",
  ],
])("a program may open its output again: %s", async (script, log, lines) => {
  const end = await run(shell(script));
  expect(end).toMatchObject({ exitStatus: 0 });
  expect(end.log().split("\n").sort()).toEqual(log.split("\n").sort());
  expect(end.lines.join(",")).toBe(lines);
});

test("without a program that makes pipes its output is read all the same", async () => {
  const path = process.env["PATH"];
  process.env["PATH"] = makeTestFolder();
  try {
    const end = await run(["/bin/sh", "-c", "echo out; echo err >&2"]);
    expect(end).toMatchObject({ exitStatus: 0, stderrTail: "err", lines: ["out"] });
  } finally {
    process.env["PATH"] = path;
  }
});

test("any bytes and lines of a megabyte go on to the log; lines are told as they end", async () => {
  const script = `head -c 3000000 /dev/zero; echo; echo one; printf '\\377\\376\\n'; printf ' 50%%\\r100%%\\rtwo\\r\\nlast'`;
  const { log, lines } = await run(shell(script));
  expect(Buffer.byteLength(log(), "latin1")).toBeGreaterThan(3_000_000);
  expect(lines).toEqual(["one", "\uFFFD\uFFFD", " 50%", "100%", "two", "last"]);
});

test("the end of stderr is kept, also of a program that writes much and ends at once", async () => {
  const { stderrTail, log } = await run(
    shell(
      `for i in $(seq 20000); do echo "line $i of many"; done >&2; echo the last words >&2; exit 3`,
    ),
  );
  expect(stderrTail).toMatch(/line 20000 of many\nthe last words$/);
  expect(Buffer.byteLength(stderrTail)).toBeLessThanOrEqual(4096);
  expect(log().match(/\n/g)).toHaveLength(20_001);
});

test("a process that left the group and holds the pipes open holds nothing up", async () => {
  const end = await run(shell("setsid sleep 8 & sleep 0.5; echo done"));
  expect(end).toMatchObject({ exitStatus: 0, lines: ["done"] });
  expect(end.seconds).toBeLessThan(7);
});

/** A file of the running test's own. */
function makeProgram(name: string, text: string, mode = 0o755): string {
  const folder = makeTestFolder();
  writeFileSync(join(folder, name), text);
  chmodSync(join(folder, name), mode);
  return folder;
}

const missing = async (
  command: readonly [string, ...string[]],
  other: Partial<SuperviseOptions> = {},
) => (await run(command, other)).startFailure;

test("why a program cannot be started is told in words, with what to do", async () => {
  const script = "#!/bin/sh\necho hi\n";
  expect(await missing(["no-such-program"])).toBe("there is no program no-such-program in PATH");
  expect(await missing(["./x.sh"])).toMatch(/^there is no program \.\/x\.sh seen from \//);
  expect(await missing([""])).toBe("the command's first word, its program, is empty");
  const plain = makeProgram("x.sh", script, 0o644);
  expect(await missing(["./x.sh"], { cwd: plain })).toBe(
    "there is ./x.sh, it is not executable: chmod +x ./x.sh",
  );
  const good = makeProgram("x.sh", script);
  expect(await missing(["x.sh"], { cwd: good })).toBe(
    `there is no program x.sh in PATH; the one in ${good} is ./x.sh`,
  );
  expect(await missing(["./x.sh"], { cwd: good })).toBeUndefined();
  const windows = makeProgram("x.sh", script.replaceAll("\n", "\r\n"));
  expect(await missing(["./x.sh"], { cwd: windows })).toBe(
    "./x.sh: its first line ends with CR, as files of Windows do: convert it with dos2unix",
  );
  const other = makeProgram("x.py", "#!/opt/none/python3 -u\n");
  expect(await missing(["./x.py"], { cwd: other })).toBe(
    "./x.py: its first line names /opt/none/python3, and there is no such program",
  );
  expect(await missing(["/tmp"])).toBe("/tmp is a folder");
  expect(await missing(["sh"], { cwd: join(good, "gone") })).toBe(
    `there is no folder ${good}/gone, where it is to run`,
  );
});

test("words that no program can be handed are told", async () => {
  expect(await missing(["sh", "-c", "true", "a\0b"])).toBe(
    "word 4 of the command holds a NUL byte, which no program can be handed",
  );
  expect(await missing(["sh", "-c", "true", "x".repeat(200_000)])).toBe(
    "word 4 of the command has 200000 bytes, and may have 131071: let the program read long values from the file {{params}}",
  );
  const many = Array.from({ length: 60 }, () => "x".repeat(100_000));
  expect(await missing(["sh", "-c", "true", ...many])).toMatch(
    /^its command and environment have 6\d{6} bytes, more than the system takes/,
  );
});
