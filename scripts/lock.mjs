import { linkSync, readFileSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { hostname } from "node:os";
import { setTimeout as sleep } from "node:timers/promises";

/**
 * Does `work` while no other process does its own under the same lock. The lock is a file that names its
 * owner, linked into place whole; a dead owner's is taken over.
 */
export async function withLock(lock, work) {
  const owner = JSON.stringify({ host: hostname(), pid: process.pid });
  const own = `${lock}.${process.pid}`;
  writeFileSync(own, owner);
  try {
    await acquire(lock, own);
  } finally {
    rmSync(own, { force: true });
  }
  // Also when this process ends by a failed step, Ctrl-C or a signal.
  process.on("exit", () => {
    if (readText(lock) === owner) rmSync(lock, { force: true });
  });
  for (const [signal, number] of Object.entries({ SIGINT: 2, SIGTERM: 15, SIGHUP: 1 })) {
    process.on(signal, () => process.exit(128 + number));
  }
  await work();
}

async function acquire(lock, own) {
  for (let told = false; ; told = true) {
    try {
      linkSync(own, lock);
      return;
    } catch (error) {
      if (error.code !== "EEXIST") throw error;
    }
    const holder = readText(lock);
    if (holder !== undefined && isDead(holder)) {
      takeAway(lock, holder);
      continue;
    }
    if (!told) {
      process.stderr.write(`waiting for ${holder}; if there is no such process, remove ${lock}\n`);
    }
    await sleep(500);
  }
}

/** Removes a dead owner's lock. One that a living process has put there meanwhile is put back. */
function takeAway(lock, holder) {
  const aside = `${lock}.${process.pid}.dead`;
  try {
    renameSync(lock, aside);
    if (readText(aside) !== holder) linkSync(aside, lock);
  } catch {
    // Someone else was quicker.
  }
  rmSync(aside, { force: true });
}

function isDead(holder) {
  const { host, pid } = JSON.parse(holder);
  if (host !== hostname()) return false;
  try {
    process.kill(pid, 0);
    return false;
  } catch (error) {
    return error.code === "ESRCH";
  }
}

function readText(path) {
  try {
    return readFileSync(path, "utf8");
  } catch {
    return undefined;
  }
}
