import { spawnSync } from "node:child_process";
import { closeSync, constants, openSync, rmSync } from "node:fs";
import { Socket } from "node:net";
import { join } from "node:path";

/** A pipe to a child that is to be started. */
export interface Pipe {
  readonly stream: Socket;
  /** For the child; to be closed here once it has started. */
  readonly writer: number;
}

/**
 * Makes pipes in an empty folder, where they do not stay. What Node makes for a child are socket pairs, which
 * cannot be opened again: `tee /dev/stderr` fails on them. Undefined where no pipe can be made.
 */
export function openPipes(folder: string, count: number): readonly Pipe[] | undefined {
  const paths = Array.from({ length: count }, (_, place) => join(folder, `.pipe-${place}`));
  const opened: Pipe[] = [];
  try {
    if (spawnSync("mkfifo", paths, { stdio: "ignore" }).status !== 0) return undefined;
    for (const path of paths) opened.push(openPipe(path));
    return opened;
  } catch {
    for (const { stream, writer } of opened) {
      stream.destroy();
      closeSync(writer);
    }
    return undefined;
  } finally {
    for (const path of paths) rmSync(path, { force: true });
  }
}

function openPipe(path: string): Pipe {
  // The reading end first: without one, opening the other waits.
  const fd = openSync(path, constants.O_RDONLY | constants.O_NONBLOCK);
  const stream = new Socket({ fd, readable: true, writable: false });
  return { stream, writer: openSync(path, constants.O_WRONLY) };
}
