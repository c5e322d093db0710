import { temporaryBeside } from "../../src/workspace/atomic.ts";
import { makerMark } from "../../src/workspace/maker.ts";
import { spawnSync } from "./programs.ts";

/** The mark of a process of this machine that has ended. */
export function deadMark(): string {
  const { pid } = spawnSync("true", []);
  const [, start = "", where = ""] = makerMark().split("-");
  return [pid.toString(36), start, where].join("-");
}

/** What a process that has ended would have called what it makes beside `path`. */
export function temporaryOfDead(path: string): string {
  return temporaryBeside(path).replace(makerMark(), deadMark());
}
