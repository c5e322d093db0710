/*
 * Loaded by Node before a program (`--require`): ends it by SIGKILL before the write that KILL_AT says, from 1, of those from
 * the first on that names something below KILL_WITHIN. KILL_NOTE: a file for their count, where it ends by itself. FLIP_AT: a
 * disk that keeps one bit otherwise, of this `writeSync`, from 1 on.
 */
const fs = require("node:fs");
const { syncBuiltinESMExports } = require("node:module");

const within = process.env.KILL_WITHIN ?? "";
const killAt = Number(process.env.KILL_AT ?? 0);
const flipAt = Number(process.env.FLIP_AT ?? 0);
const note = process.env.KILL_NOTE;
const original = { ...fs };
let count = 0;
let written = 0;

function beforeWrite(args) {
  if (count === 0 && !args.some((arg) => typeof arg === "string" && arg.startsWith(within))) return;
  count += 1;
  if (count === killAt) process.kill(process.pid, "SIGKILL");
}

function wrap(owner, name, isWrite = () => true) {
  const before = owner[name];
  owner[name] = function (...args) {
    if (isWrite(args)) beforeWrite(args);
    const isFlipped = name === "writeSync" && count > 0 && (written += 1) === flipAt;
    return before.apply(this, isFlipped ? flip(args) : args);
  };
}

function flip([file, bytes, ...rest]) {
  const other = Buffer.from(bytes);
  other[other.length >> 1] ^= 1;
  return [file, other, ...rest];
}

const opensToWrite = ([, flags]) => flags === "wx";
for (const name of ["writeSync", "fsyncSync", "renameSync", "rmSync", "writeFileSync"])
  wrap(fs, name);
wrap(fs, "openSync", opensToWrite);
const open = fs.promises.open;
fs.promises.open = async (...args) => {
  if (opensToWrite(args)) beforeWrite(args);
  const file = await open(...args);
  for (const name of ["writeFile", "sync"]) wrap(file, name);
  return file;
};
syncBuiltinESMExports();
if (note !== undefined) process.on("exit", () => original.writeFileSync(note, String(count)));
