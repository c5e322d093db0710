import { hostname, userInfo } from "node:os";
import { valueOr } from "../core/errors.ts";
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

/** Who submitted the element, for it runs as theirs: the login name, or the number where the image knows none. */
export function userName(): string {
  return valueOr(String(process.getuid?.() ?? ""), () => userInfo().username);
}

/** Variables that tell one element from another, and where it runs, as the schedulers and launchers set them. */
export function tellingVariables(): readonly string[] {
  const ofSchedulers = ELEMENTS.flatMap((element) => element.tellingVariables);
  return [...ofSchedulers, "OMPI_COMM_WORLD_RANK", "CUDA_VISIBLE_DEVICES"];
}
