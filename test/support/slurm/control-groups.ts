import { existsSync, readdirSync, rmdirSync } from "node:fs";
import { join } from "node:path";
import { waitUntil } from "./wait.ts";

const MOUNT = "/sys/fs/cgroup";

/** Removes the control groups slurmd made for a node, once the last of its processes is gone. */
export async function removeControlGroups(node: string): Promise<void> {
  const groups = readdirSync(MOUNT).map((controller) => join(MOUNT, controller, `slurm_${node}`));
  for (const group of groups.filter((group) => existsSync(group))) {
    await waitUntil(`${group} is empty`, () => removeTree(group));
  }
}

/** Whether it is gone; a group that still holds a process stays. The files in one are the kernel's. */
function removeTree(group: string): boolean {
  try {
    for (const entry of readdirSync(group, { withFileTypes: true })) {
      if (entry.isDirectory()) removeTree(join(group, entry.name));
    }
    rmdirSync(group);
    return true;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "ENOENT") return true;
    return false;
  }
}
