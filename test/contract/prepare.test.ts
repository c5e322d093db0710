import { existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { basename, join } from "node:path";
import { spawn } from "node:child_process";
import { once } from "node:events";
import { setTimeout } from "node:timers/promises";
import { expect, test } from "vitest";
import { openPackedDataset } from "../../src/workspace/packed-dataset.ts";
import { builtProgram } from "../../src/workspace/package.ts";
import { listTree, makeTestFolder } from "../support/folder.ts";
import { mnistFiles, writeKaggleCsv } from "../support/mnist.ts";
import { gzip, prepare } from "../support/prepare.ts";
import { runProcess } from "../support/programs.ts";

const run = (cwd: string, ...args: string[]) =>
  runProcess(
    process.execPath,
    [builtProgram("main.js"), "prepare", `--workspace=${cwd}`, ...args],
    { cwd },
  );

test("MNIST's own files and the CSV made of them give the same data set", async () => {
  const folder = makeTestFolder();
  writeKaggleCsv(join(folder, "train.csv"), { rows: 60_000 });
  const gzipped = { images: join(folder, "images.gz"), labels: join(folder, "labels.gz") };
  writeFileSync(gzipped.images, gzip(readFileSync(mnistFiles.images)));
  writeFileSync(gzipped.labels, gzip(readFileSync(mnistFiles.labels)));
  const csv = await run(folder, "--csv=train.csv", "--to=csv", "--shards=3");
  expect(csv).toMatchObject({ succeeded: true });
  const headers = [
    openPackedDataset(join(folder, "csv"), { verify: true }).header,
    (await prepare({ kind: "idx", ...mnistFiles }, join(folder, "idx"))).header,
    (await prepare({ kind: "idx", ...gzipped }, join(folder, "gz"))).header,
  ];
  expect(headers[0]?.classCounts).toEqual([
    5923, 6742, 5958, 6131, 5842, 5421, 5918, 6265, 5851, 5949,
  ]);
  expect(headers[1]).toEqual(headers[0]);
  expect(headers[2]).toEqual(headers[0]);
  expect(
    readFileSync(join(folder, "csv", "images.bin")).equals(
      readFileSync(mnistFiles.images).subarray(16),
    ),
  ).toBe(true);
});

test("pieces run apart and are merged; the folder is the workspace's", async () => {
  const folder = makeTestFolder();
  writeKaggleCsv(join(folder, "test.csv"), { rows: 50, from: 100, labels: false });
  for (const shard of ["2/3", "1/3", "3/3"]) {
    expect(await run(folder, "--csv=test.csv", "--to=data/test", `--shard=${shard}`)).toMatchObject(
      { succeeded: true },
    );
  }
  const merged = await run(folder, "--merge", "--to=data/test", "--json");
  const { state, header } = JSON.parse(merged.stdout) as { state: string; header: object };
  expect(state).toBe("written");
  expect(header).toEqual(openPackedDataset(join(folder, "data/test"), { verify: true }).header);
  expect(listTree(join(folder, "data"))).toEqual(["test", "test/dataset.json", "test/images.bin"]);
});

test("what was said of a source reaches the processes of its shards, and the command says what it found", async () => {
  const folder = makeTestFolder();
  const rows = ["ant", "bee", "cow"].map((name, at) => `${at * 5};${at};x${at};${name}`);
  writeFileSync(join(folder, "a b.csv"), ["p1;p2;note;kind", ...rows, ""].join("\r\n"));
  const said = ["--label-column=kind", "--height=1", "--width=2", "--scale=25.5"];
  const found = await run(folder, "--from=a b.csv", "--to=data", "--shards=2", ...said);
  expect(found).toMatchObject({ succeeded: true });
  expect(found.stderr).toContain(
    'a b.csv: CSV with semicolons: images of 1 x 2, labels in "kind"; pixels times 25.5; left out: "note"',
  );
  expect(found.stdout).toContain("3 images of 1 x 2, 3 classes (ant: 1, bee: 1, cow: 1)");
  expect([...readFileSync(join(folder, "data", "images.bin"))]).toEqual([0, 0, 128, 26, 255, 51]);
});

test("errors of shard processes arrive with the lines of the whole file, status 3, nothing left", async () => {
  const folder = makeTestFolder();
  const csv = join(folder, "a b.csv");
  writeKaggleCsv(csv, { rows: 40 });
  const lines = readFileSync(csv, "utf8").split("\n");
  lines[4] = lines[4]?.replace(/,0,/, ",dark,") ?? "";
  lines[38] = "7,1,2";
  writeFileSync(csv, lines.join("\n"));
  const result = await run(folder, "--csv=a b.csv", "--to=digits", "--shards=4");
  expect(result.exitStatus).toBe(3);
  expect(result.stderr).toContain('a b.csv:5: pixel0: found "dark", expected an integer 0..255\n');
  expect(result.stderr).toContain("a b.csv:39: found 3 columns, expected 785");
  expect(listTree(folder)).toEqual([basename(csv)]);
});

test("ended on the way, nothing half-written is left and the signal is passed on", async () => {
  const folder = makeTestFolder();
  mkdirSync(join(folder, "data"));
  writeKaggleCsv(join(folder, "train.csv"), { rows: 30_000 });
  const args = [
    builtProgram("main.js"),
    "prepare",
    "--csv=train.csv",
    "--to=data/digits",
    "--shards=2",
  ];
  const child = spawn(process.execPath, [...args, `--workspace=${folder}`], {
    cwd: folder,
    stdio: "ignore",
  });
  const exited = once(child, "exit");
  while (!existsSync(join(folder, "data", "digits.shards"))) await setTimeout(2);
  child.kill("SIGTERM");
  expect(await exited).toEqual([null, "SIGTERM"]);
  expect(listTree(join(folder, "data"))).toEqual([]);
});

test.each([
  [["--to=d"], "give one of --from, --csv, --images and --merge"],
  [["--to=d", "--csv=a", "--part=b"], "--part belongs to --from"],
  [["--to=d", "--merge", "--labels=b"], "--labels belongs to --images or --from"],
  [["--to=d", "--csv=a", "--images=b"], "give one of --from, --csv, --images and --merge"],
  [
    ["--to=d", "--csv=a", "--shard=3/2"],
    "--shard: found 3/2, expected I/N such as 2/8, N up to 1000",
  ],
  [["--to=d", "--csv=a", "--shard=1/2", "--shards=2"], "--shard packs one piece"],
  [
    ["--to=d", "--csv=a", "--classes=257"],
    "--classes: found 257, expected a whole number from 1 to 256",
  ],
])("%j is a usage error", async (args, message) => {
  const result = await run(makeTestFolder(), ...args);
  expect(result.exitStatus).toBe(2);
  expect(result.stderr).toContain(message);
});
