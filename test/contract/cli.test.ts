import { readFileSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import { join } from "node:path";
import { expect, test } from "vitest";
import { builtProgram, packageVersion } from "../../src/workspace/package.ts";
import { makeTestFolder } from "../support/folder.ts";
import { writeKaggleCsv } from "../support/mnist.ts";
import { runProcess, spawnSync } from "../support/programs.ts";

const PROGRAM = builtProgram("main.js");

/** Runs the built program with German messages asked for, which it does not have. */
const bsweep = (cwd: string, ...argv: string[]) =>
  runProcess(process.execPath, [PROGRAM, ...argv], { cwd, env: { LANG: "de_DE.UTF-8" } });

test.each([
  [[], 2, "Commands:", ""],
  [["--version"], 0, packageVersion(), ""],
  [["--help"], 0, "Commands:", ""],
  [["plan", "-h"], 0, "bsweep plan <study>", ""],
  [["planet"], 2, "", "there is no command planet\nhint: did you mean plan?"],
  [["xyzzy", "--json"], 2, "", "there is no command xyzzy\nhint: bsweep --help"],
  [["runtime", "instal"], 2, "", "hint: bsweep runtime --help"],
  [["plan"], 2, "", "expected bsweep plan <study>\nhint: bsweep plan --help"],
  [["plan", "a.yaml", "b.yaml"], 2, "", "found b.yaml"],
  [["plan", "a.yaml", "--jsn"], 2, "", "found --jsn"],
  [["report", "a.yaml", "--top", "0"], 2, "", "--top: found 0, expected"],
  [["report", "a.yaml", "--top", "few"], 2, "", "--top: found no number"],
  [["report", "a.yaml", "--format", "xml"], 2, "", `Given: "xml"`],
  [["local", "a.yaml", "--workers", "0.5"], 2, "", "--workers: found 0.5"],
  [["trial", "--manifest", "m", "--index", "one"], 2, "", "--index: found no number"],
  [["plan", "missing.yaml"], 3, "", "[INVALID_STUDY] cannot read missing.yaml"],
])("bsweep %j ends with %i", async (argv, status, stdout, stderr) => {
  const run = await bsweep(makeTestFolder(), ...argv);
  expect(run).toMatchObject({
    exitStatus: status,
    stdout: expect.stringContaining(stdout) as string,
    stderr: expect.stringContaining(stderr) as string,
  });
  if (stdout === "") expect(run.stdout).toBe("");
});

test("a reader that leaves early changes nothing", () => {
  const script = `"$1" "$2" 2>&3 | true; echo "status \${PIPESTATUS[0]}"`;
  const ended = spawnSync("bash", ["-c", `{ ${script}; } 3>&2`, "bash", process.execPath, PROGRAM]);
  expect(ended).toMatchObject({ stdout: "status 2\n", stderr: "" });
});

/** Writes which modules and libraries of TensorFlow a process holds when it ends. */
const SPY = `process.on("exit", () => {
  const found = [...Object.keys(require.cache), ...process.report.getReport().sharedObjects];
  const names = found.filter((name) => /tensorflow|tfjs/.test(name));
  require("node:fs").writeFileSync(process.env.SPY_FILE, JSON.stringify(names));
});`;

test("commands that do not train never load TensorFlow", async () => {
  const folder = makeTestFolder();
  writeKaggleCsv(join(folder, "train.csv"), { rows: 100 });
  writeFileSync(join(folder, "spy.cjs"), SPY);
  writeFileSync(
    join(folder, "study.yaml"),
    "study: small\ndata: { train: data }\ntrainer: { kind: cnn, epochs: 1 }\nspace: { filters: [4] }\n",
  );
  const env = { SPY_FILE: join(folder, "spied.json") };
  const spyOn = async (argv: readonly string[]): Promise<readonly string[]> => {
    const run = await runProcess(process.execPath, ["--require=./spy.cjs", ...argv], {
      cwd: folder,
      env,
    });
    expect(run).toMatchObject({ succeeded: true });
    return JSON.parse(readFileSync(env.SPY_FILE, "utf8")) as string[];
  };
  for (const command of [
    "--help",
    "prepare --csv train.csv --to data",
    "plan study.yaml",
    "generate study.yaml",
    "collect study.yaml",
    "report study.yaml",
  ]) {
    expect(await spyOn([PROGRAM, ...command.split(" ")])).toEqual([]);
  }
  const tensorflow = createRequire(import.meta.url).resolve("@tensorflow/tfjs-core");
  expect(await spyOn(["--eval", "require(process.argv[1])", tensorflow])).not.toEqual([]);
});
