import { readFileSync, statSync } from "node:fs";
import { dirname } from "node:path";
import { Script } from "node:vm";

/**
 * Where V8's code of a program lies, if there is some. V8 refuses code of other versions and for other flags, and compiles
 * then; a Node of the same version that was built otherwise it does not know from the own one, but has another size.
 */
export function codeFileOf(program) {
  return `${program}.${process.version}-${statSync(process.execPath).size}.code`;
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
    cachedData: readCode(file),
  });
  const module = { exports: {} };
  script.runInThisContext()(module.exports, require, module, file, dirname(file));
  return { exports: module.exports, script };
}

function readCode(program) {
  try {
    return readFileSync(codeFileOf(program));
  } catch {
    return undefined;
  }
}
