#!/usr/bin/env node
/**
 * Makes this checkout ready to run and test, from nothing: packages, better-sqlite3's native part, the build,
 * TensorFlow. Each step is skipped when it is done already; running it again, twice at once, or after an
 * interruption is safe. Plain Node without packages, because it runs before there are any.
 */
import { spawn, spawnSync } from "node:child_process";
import { createHash } from "node:crypto";
import {
  existsSync,
  readdirSync,
  readFileSync,
  realpathSync,
  renameSync,
  statSync,
  writeFileSync,
} from "node:fs";
import { delimiter, dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { withLock } from "./lock.mjs";

const ROOT = dirname(dirname(fileURLToPath(import.meta.url)));
const MODULES = join(ROOT, "node_modules");
const STAMPS = join(MODULES, ".bsweep-set-up.json");
const LOCK = join(ROOT, ".set-up.lock");
const VERBOSE = process.argv.includes("--verbose");
const TAIL_LINES = 30;
const STILL_RUNNING_MS = 20_000;

/**
 * In order. `state` tells what the step's outcome looks like now, undefined when it is surely missing; the
 * step is done when that is what it was after it last succeeded.
 */
const STEPS = [
  {
    name: "packages",
    what: "npm ci",
    state: packagesState,
    isDone: () => packagesState() !== undefined,
    run: () => run("npm", ["ci"]),
    advice: "check the network and the registry npm is configured for, then run this again",
  },
  {
    name: "better-sqlite3",
    what: "compiled for this Node, about a minute, once",
    state: () => nativeState([join(MODULES, "better-sqlite3/build/Release/better_sqlite3.node")]),
    isDone: sqliteLoads,
    run: () => run("npm", ["rebuild", "better-sqlite3", "--ignore-scripts=false"]),
    advice:
      "it needs python3, make, g++ (Debian: apt-get install python3 make g++) and Node's headers",
  },
  {
    name: "build",
    what: "npm run build",
    state: buildState,
    isDone: () => false,
    run: () => run("npm", ["run", "build"]),
    advice: "the compiler's messages above tell the place",
  },
  {
    name: "TensorFlow",
    what: "bsweep runtime install, 270 MB once, then 10 s",
    state: runtimeState,
    isDone: () => false, // The command looks for itself.
    run: () => run(process.execPath, [join(ROOT, "dist", "main.js"), "runtime", "install"]),
    advice: "node dist/main.js runtime status tells what is there",
  },
];

await main();

async function main() {
  requireNode();
  if (STEPS.every(isStamped)) return;
  await withLock(LOCK, async () => {
    for (const [index, step] of STEPS.entries()) {
      await perform(step, `set-up ${index + 1}/${STEPS.length} ${step.name}`);
    }
  });
}

function requireNode() {
  const { engines } = readJson(join(ROOT, "package.json"));
  const [major, minor] = numbersOf(engines.node);
  const [ownMajor, ownMinor] = numbersOf(process.versions.node);
  if (ownMajor > major || (ownMajor === major && ownMinor >= minor)) return;
  fail(
    `this is Node ${process.versions.node}, bsweep needs ${engines.node}`,
    "install a newer Node, or put one first on PATH",
  );
}

async function perform(step, title) {
  if (isStamped(step)) return;
  if (!step.isDone()) {
    say(`${title}: ${step.what} ...`);
    const started = Date.now();
    const { status, output } = await step.run();
    if (status !== 0) fail(`${title} failed${tail(output)}`, step.advice);
    if (step.state() === undefined || (step.name === "better-sqlite3" && !sqliteLoads())) {
      fail(`${title} ended well but left no working result${tail(output)}`, step.advice);
    }
    for (const line of output.split("\n")) if (line.startsWith("warning:")) say(line);
    say(`${title}: done in ${Math.round((Date.now() - started) / 1000)} s`);
  }
  stamp(step);
}

/* What the steps' outcomes look like. */

/** npm keeps a record of what it installed; it must hold every package of the lock file that is not optional. */
function packagesState() {
  const installed = readJson(join(MODULES, ".package-lock.json"))?.packages;
  if (installed === undefined) return undefined;
  const locked = Object.entries(readJson(join(ROOT, "package-lock.json")).packages);
  const isThere = ([path, { version, optional }]) =>
    path === "" || optional || installed[path]?.version === version;
  return locked.every(isThere) ? digest(JSON.stringify(locked)) : undefined;
}

function buildState() {
  const programs = ["dist/main.js", "dist/trainer/main.js"];
  if (!programs.every((path) => existsSync(join(ROOT, path)))) return undefined;
  const sources = readdirSync(join(ROOT, "src"), { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath ?? entry.path, entry.name))
    .sort();
  const builders = ["build.mjs", "compile.mjs", "load-program.mjs"];
  const texts = [...builders.map((name) => join(ROOT, "scripts", name)), ...sources].map((path) => [
    path,
    readFileSync(path, "utf8"),
  ]);
  return digest(JSON.stringify(texts));
}

function runtimeState() {
  const tfjs = join(MODULES, "@tensorflow/tfjs-node");
  if (!existsSync(join(tfjs, "lib"))) return undefined;
  const bindings = readdirSync(join(tfjs, "lib")).map((name) =>
    join(tfjs, "lib", name, "tfjs_binding.node"),
  );
  const libraries = ["libtensorflow.so", "libtensorflow_framework.so"];
  return nativeState([...bindings, ...libraries.map((name) => join(tfjs, "deps/lib", name))]);
}

/** Native files work in the kind of Node they were tried in. */
function nativeState(paths) {
  const files = fileState(paths);
  return files && `${files} ${process.versions.modules} ${process.arch}`;
}

/** Sizes and times of files; undefined when one is missing. */
function fileState(paths) {
  try {
    const stats = paths.map((path) => statSync(path)).map(({ size, mtimeMs }) => [size, mtimeMs]);
    return digest(JSON.stringify(stats));
  } catch {
    return undefined;
  }
}

/** In a process of its own: a binary made for another Node may end the process that loads it. */
function sqliteLoads() {
  const script = 'new (require("better-sqlite3"))(":memory:").close()';
  return spawnSync(process.execPath, ["-e", script], { cwd: ROOT }).status === 0;
}

/* Stamps: what each step's outcome looked like when it last succeeded. npm ci removes them with the rest. */

function isStamped(step) {
  const state = step.state();
  return state !== undefined && readJson(STAMPS)?.[step.name] === state;
}

function stamp(step) {
  const temporary = `${STAMPS}.${process.pid}`;
  writeFileSync(temporary, JSON.stringify({ ...readJson(STAMPS), [step.name]: step.state() }));
  renameSync(temporary, STAMPS);
}

/* Processes. */

/** Runs a program with its output kept (or shown, with --verbose). It does not outlive this process. */
function run(command, argv) {
  return new Promise((resolve) => {
    const child = spawn(command, argv, {
      cwd: ROOT,
      env: { ...process.env, ...ownNodeFirst() },
      stdio: VERBOSE ? "inherit" : ["ignore", "pipe", "pipe"],
    });
    const stop = () => child.kill();
    process.once("exit", stop);
    let output = "";
    child.stdout?.setEncoding("utf8").on("data", (text) => (output += text));
    child.stderr?.setEncoding("utf8").on("data", (text) => (output += text));
    const started = Date.now();
    const timer = setInterval(() => {
      say(`  still running after ${Math.round((Date.now() - started) / 1000)} s`);
    }, STILL_RUNNING_MS);
    const end = (status, text) => {
      clearInterval(timer);
      process.off("exit", stop);
      resolve({ status, output: text });
    };
    child.on("error", (error) => end(1, `${command}: ${error.message}`));
    child.on("close", (status, signal) => end(status ?? `${signal}`, output));
  });
}

/**
 * npm and its scripts run in the Node that runs this, and build for it. Headers beside it come before a
 * configured `nodedir`, which may belong to another version.
 */
function ownNodeFirst() {
  const environment = {
    PATH: `${dirname(process.execPath)}${delimiter}${process.env.PATH ?? ""}`,
  };
  const prefix = dirname(dirname(realpathSync(process.execPath)));
  const header = join(prefix, "include/node/node_version.h");
  if (existsSync(header)) {
    const [major, minor, patch] = ["MAJOR", "MINOR", "PATCH"].map(
      (part) =>
        new RegExp(`#define NODE_${part}_VERSION (\\d+)`).exec(readFileSync(header, "utf8"))?.[1],
    );
    if (`${major}.${minor}.${patch}` === process.versions.node) {
      environment.npm_config_nodedir = prefix;
    }
  }
  return environment;
}

/* Small things. */

function say(line) {
  process.stderr.write(`${line}\n`);
}

function fail(message, advice) {
  say(`error ${message}`);
  say(`hint: ${advice}${VERBOSE ? "" : "; npm run set-up -- --verbose shows everything"}`);
  process.exit(1);
}

function tail(output) {
  const lines = output.trimEnd().split("\n").slice(-TAIL_LINES);
  return output === "" ? "" : lines.map((line) => `\n  | ${line}`).join("");
}

function readText(path) {
  try {
    return readFileSync(path, "utf8");
  } catch {
    return undefined;
  }
}

function readJson(path) {
  const text = readText(path);
  return text === undefined ? undefined : JSON.parse(text);
}

function numbersOf(version) {
  return (version.match(/\d+/g) ?? []).map(Number);
}

function digest(text) {
  return createHash("sha256").update(text).digest("hex");
}
