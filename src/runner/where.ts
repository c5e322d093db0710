import { mkdtempSync } from "node:fs";
import { hostname, tmpdir } from "node:os";
import { join } from "node:path";
import { BsweepError, messageOf } from "../core/errors.ts";
import { ELEMENTS } from "../schedulers/elements.ts";

/** The job's id where a scheduler runs us, else "". */
export function schedulerJobId(): string {
  const variables = ELEMENTS.flatMap(({ jobIdVariables }) => jobIdVariables);
  return variables.map((name) => process.env[name]).find((id) => id !== undefined) ?? "";
}

/**
 * The host under the name its scheduler knows it by, where that tells: only that name can be excluded. A container
 * has a name of its own.
 */
export function hostName(): string {
  const told = ELEMENTS.map((element) => element.hostName(process.env));
  return told.find((name) => name !== undefined) ?? hostname();
}

/** This process, for people who wonder who has something. */
export function describeProcess(): string {
  // `bsweep local` gives its elements the job 0.
  const job = schedulerJobId();
  return `${hostName()}, process ${process.pid}${job === "" || job === "0" ? "" : `, job ${job}`}`;
}

/** Variables that tell one element from another, and where it runs, as the schedulers and launchers set them. */
export function tellingVariables(): readonly string[] {
  const ofSchedulers = ELEMENTS.flatMap((element) => element.tellingVariables);
  return [...ofSchedulers, "OMPI_COMM_WORLD_RANK", "CUDA_VISIBLE_DEVICES"];
}

/** A new folder in the temporary one. @throws BsweepError WORKSPACE */
export function makeScratchFolder(prefix: string): string {
  try {
    return mkdtempSync(join(tmpdir(), prefix));
  } catch (cause) {
    throw new BsweepError("WORKSPACE", `cannot make a scratch folder: ${messageOf(cause)}`, {
      hint: "set TMPDIR to a folder that can be written",
      cause,
    });
  }
}
