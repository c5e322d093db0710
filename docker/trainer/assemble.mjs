#!/usr/bin/env node
/**
 * `node assemble.mjs CHECKOUT TARGET`: puts what bsweep needs at run time into TARGET/opt/bsweep, and nothing
 * else. CHECKOUT is built and has its packages; it stays as it is. Plain Node, because it runs in the image's build.
 */
import {
  cpSync,
  existsSync,
  mkdirSync,
  readFileSync,
  readdirSync,
  rmSync,
  symlinkSync,
} from "node:fs";
import { dirname, join, relative, sep } from "node:path";

const [checkout, target] = process.argv.slice(2);
if (checkout === undefined || target === undefined) {
  process.stderr.write("usage: node assemble.mjs CHECKOUT TARGET\n");
  process.exit(2);
}

/** The packages that scripts/build.mjs leaves out of the bundle; all others are inside dist. */
const EXTERNAL = ["better-sqlite3", "@tensorflow/tfjs-node"];

/** Needed to install a package, by browsers of long ago, or by compilers: never by a running program. */
const LEFT_OUT = /^(?:prebuild-install|core-js|regenerator-runtime|@types\/.*|@webgpu\/.*)$/;

/** Read by compilers, editors and people, never by a running program. */
const NOT_RUN = /\.(?:map|[cm]?ts|md|markdown|flow|cc|c|cpp|h|gypi?|mk|o|a)$/i;
const NOT_RUN_FOLDERS = /^(?:tests?|__tests__|docs?|examples?|benchmarks?|\.github)$/;
/** Licences stay, whatever their names end with. */
const LICENCE = /^(?:licen[cs]e|notice|copying|copyright|authors)/i;

/** Packages of which only a part runs here: whether a file (relative, with /) belongs to it. */
const PARTS = {
  "better-sqlite3": (file) => /^(?:lib\/|build\/Release\/better_sqlite3\.node$)/.test(file),
  "@tensorflow/tfjs-node": (file) => /^(?:dist|lib|deps\/(?:lib|nvidia))(?:\/|$)/.test(file),
};

const to = join(target, "opt/bsweep");
rmSync(to, { recursive: true, force: true });
mkdirSync(to, { recursive: true });
for (const name of ["package.json", "LICENSE", "dist", "templates"]) {
  const keep = (file) => name !== "dist" || !file.endsWith(".map");
  cpSync(join(checkout, name), join(to, name), { recursive: true, filter: keep });
}
for (const folder of closure(EXTERNAL)) copyPackage(folder);
const link = join(target, "usr/local/bin/bsweep");
mkdirSync(dirname(link), { recursive: true });
rmSync(link, { force: true });
symlinkSync("/opt/bsweep/dist/main.js", link);

/** The folders of the named packages and of everything they depend on. */
function closure(names) {
  const found = new Set();
  const visit = (from, name) => {
    const folder = resolvePackage(from, name);
    if (folder === undefined || found.has(folder)) return;
    found.add(folder);
    const { dependencies = {} } = readManifest(folder);
    for (const dependency of Object.keys(dependencies)) {
      if (!LEFT_OUT.test(dependency)) visit(folder, dependency);
    }
  };
  for (const name of names) visit(checkout, name);
  return found;
}

/** Where Node would find `name` from a file in `from`. */
function resolvePackage(from, name) {
  for (let folder = from; ; folder = dirname(folder)) {
    const place = join(folder, "node_modules", name);
    if (existsSync(join(place, "package.json"))) return place;
    if (folder === checkout || folder === dirname(folder)) return undefined;
  }
}

function copyPackage(folder) {
  const manifest = readManifest(folder);
  const belongs = partOf(manifest);
  for (const entry of readdirSync(folder, { recursive: true, withFileTypes: true })) {
    const path = join(entry.parentPath ?? entry.path, entry.name);
    const file = relative(folder, path).split(sep).join("/");
    if (entry.isDirectory() || !isKept(file, entry.name, belongs)) continue;
    const copy = join(to, relative(checkout, path));
    mkdirSync(dirname(copy), { recursive: true });
    cpSync(path, copy, { verbatimSymlinks: true });
  }
}

function isKept(file, name, belongs) {
  const folders = file.split("/").slice(0, -1);
  // Packages inside a package are copied by themselves, if at all.
  if (folders.includes("node_modules")) return false;
  if (file === "package.json" || (folders.length === 0 && LICENCE.test(name))) return true;
  if (folders.some((folder) => NOT_RUN_FOLDERS.test(folder))) return false;
  return !NOT_RUN.test(name) && belongs(file);
}

function partOf({ name, main }) {
  const part = PARTS[name];
  if (part !== undefined) return part;
  // The rest of tfjs: one file for Node each, beside builds for browsers.
  return name.startsWith("@tensorflow/") ? (file) => file === main : () => true;
}

function readManifest(folder) {
  return JSON.parse(readFileSync(join(folder, "package.json"), "utf8"));
}
