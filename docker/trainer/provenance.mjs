#!/usr/bin/env node
/**
 * `node provenance.mjs TARGET`: writes TARGET/opt/bsweep/image.json, what the image was made from, and fails where
 * a label of the image would say something else. The assembled bsweep itself tells what TensorFlow it has, which
 * also proves that nothing it needs was left out.
 */
import { execFileSync } from "node:child_process";
import { readFileSync, writeFileSync } from "node:fs";
import { basename, dirname, join } from "node:path";

const [target] = process.argv.slice(2);
const { VERSION, TENSORFLOW, DEVICE, REVISION, CREATED } = process.env;
const folder = join(target, "opt/bsweep");
const readJson = (file) => JSON.parse(readFileSync(join(folder, file), "utf8"));

const status = JSON.parse(
  execFileSync(process.execPath, [join(folder, "dist/main.js"), "runtime", "status", "--json"], {
    encoding: "utf8",
    stdio: ["ignore", "pipe", "inherit"],
  }),
);
const facts = {
  bsweep: readJson("package.json").version,
  revision: REVISION,
  created: CREATED,
  tensorflow: status.tensorflow,
  build: status.build,
  // Named by the digest of the file it came from.
  library: basename(dirname(status.library)),
  node: process.versions.node,
  tfjsNode: status.tfjsNode,
  betterSqlite3: readJson("node_modules/better-sqlite3/package.json").version,
};

const labels = { bsweep: VERSION, tensorflow: TENSORFLOW, build: DEVICE };
const wrong = Object.entries(labels).filter(([name, label]) => facts[name] !== label);
for (const [name, label] of wrong) {
  process.stderr.write(`the label says ${name} ${label}, the image has ${facts[name]}\n`);
}
if (wrong.length > 0) process.exit(1);
writeFileSync(join(folder, "image.json"), `${JSON.stringify(facts, null, 2)}\n`);
