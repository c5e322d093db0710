import { readFileSync } from "node:fs";
import { dirname } from "node:path";
import { Script } from "node:vm";

/**
 * Where V8's code of a program lies, if there is some. V8 looks whether the code was made by itself, but not for which
 * kind of processor; what it cannot use it leaves, and compiles.
 */
export function codeFileOf(program) {
  return `${program}.${process.version}-${process.arch}.code`;
}

/**
 * Loads a program which build.mjs has wrapped into a function: as require() would, but for V8's code.
 * @param file absolute
 * @param require of whoever loads it: packages are found from there
 * @returns what it exports, and the script, whose code holds each function that was called
 */
export function loadProgram(file, require) {
  // build.mjs writes ASCII: as latin1 it need not be decoded.
  const script = new Script(readFileSync(file, "latin1"), {
    filename: file,
    cachedData: readCode(codeFileOf(file)),
  });
  const module = { exports: {} };
  script.runInThisContext()(module.exports, require, module, file, dirname(file));
  return { exports: module.exports, script };
}

function readCode(file) {
  try {
    return readFileSync(file);
  } catch {
    return undefined;
  }
}
