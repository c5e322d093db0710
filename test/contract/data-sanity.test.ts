import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { makeTestFolder } from "../support/folder.ts";
import { runBsweep } from "../support/program.ts";
import { runProcess } from "../support/programs.ts";
import { builtProgram } from "../../src/workspace/package.ts";

/** A CSV of 2 x 2 pixels, each row another one. */
function writeCsv(folder: string, name: string, labels: readonly number[], from = 0): void {
  const rows = labels.map((label, at) => {
    const row = from + at;
    return [label, row >> 8, row & 255, 255, 0].join(",");
  });
  writeFileSync(join(folder, name), ["label,pixel0,pixel1,pixel2,pixel3", ...rows].join("\n"));
}

function writeStudy(folder: string, data: string): void {
  const trainer =
    "trainer: { kind: cnn, epochs: 1 }\nspace: { filters: [1], blocks: [1], kernelSize: [1] }\n";
  writeFileSync(join(folder, "study.yaml"), `study: s\ndata: { ${data} }\n${trainer}`);
}

const cycle = (rows: number, classes: number, from = 0): number[] =>
  Array.from({ length: rows }, (_, at) => from + (at % classes));

test("labels from 1 are told by prepare, plan, generate and doctor", () => {
  const folder = makeTestFolder();
  writeCsv(folder, "train.csv", cycle(200, 10, 1));
  const warning = /no row is of class 0, and yet networks get 11 outputs/;
  const prepared = runBsweep(folder, "prepare", "--csv", "train.csv", "--to", "data/one");
  expect(prepared).toMatchObject({ status: 0, stderr: expect.stringMatching(warning) as string });
  writeStudy(folder, "train: data/one");
  for (const command of ["plan", "generate"]) {
    const run = runBsweep(folder, command, "study.yaml");
    expect(run).toMatchObject({ status: 0, stderr: expect.stringMatching(warning) as string });
  }
  const plan = runBsweep(folder, "plan", "study.yaml", "--json");
  expect((JSON.parse(plan.stdout) as { warnings: string[] }).warnings).toContainEqual(
    expect.stringMatching(warning),
  );
  expect(runBsweep(folder, "doctor", "study.yaml").stdout).toMatch(
    new RegExp(`warn +data set data/one: ${warning.source}`),
  );
});

test("a test set that is part of the training set, or does not fit it, is told before the sweep", () => {
  const folder = makeTestFolder();
  writeCsv(folder, "train.csv", cycle(2000, 3));
  writeCsv(folder, "part.csv", cycle(200, 3), 600);
  writeCsv(folder, "more.csv", cycle(200, 4), 5000);
  for (const name of ["train", "part", "more"]) {
    const run = runBsweep(folder, "prepare", "--csv", `${name}.csv`, "--to", `data/${name}`);
    expect(run).toMatchObject({ status: 0 });
    expect(run.stderr).not.toContain("warning");
  }
  const told: Readonly<Record<string, RegExp>> = {
    "data/part": /about 100 % of its rows are rows of the training set too/,
    "data/more": /in 4 classes, expected 2 x 2 x 1 in 3: refit refuses it/,
    "data/none": /there is no data set in .*none/,
  };
  for (const [path, warning] of Object.entries(told)) {
    writeStudy(folder, `train: data/train, test: ${path}`);
    expect(runBsweep(folder, "plan", "study.yaml").stderr).toMatch(warning);
  }
  expect(runBsweep(folder, "doctor", "study.yaml")).toMatchObject({
    status: 4,
    stdout: expect.stringMatching(told["data/none"] ?? /^$/) as string,
  });
  writeStudy(folder, "train: data/train, test: data/part");
  expect(runBsweep(folder, "doctor", "study.yaml")).toMatchObject({
    status: 0,
    stdout: expect.stringMatching(told["data/part"] ?? /^$/) as string,
  });
});

test.each([
  ["a CSV", "train: train.csv", "train.csv"],
  ["a folder that holds one", "train: raw", "raw/train.csv"],
  ["a CSV whose folder is taken", "train: taken/train.csv", "taken/train.csv"],
])("where data.train is %s, the hint is a command that works", async (_, data, csv) => {
  const folder = makeTestFolder();
  mkdirSync(join(folder, "raw"));
  mkdirSync(join(folder, "taken", "train"), { recursive: true });
  writeFileSync(join(folder, "taken", "train", "notes"), "");
  writeCsv(folder, csv, cycle(40, 2));
  writeStudy(folder, data);
  const { stderr, status } = runBsweep(folder, "plan", "study.yaml");
  expect(status).toBe(3);
  const match = /hint: make one with bsweep (.*), then name (.*) in the study/.exec(stderr);
  const made = await runProcess(
    process.execPath,
    [builtProgram("main.js"), ...(match?.[1] ?? "").split(" ")],
    { cwd: folder },
  );
  expect(made).toMatchObject({ succeeded: true });
  writeStudy(folder, `train: ${match?.[2] ?? ""}`);
  expect(runBsweep(folder, "plan", "study.yaml").status).toBe(0);
  expect(readFileSync(join(folder, csv), "utf8")).toContain("label");
});
