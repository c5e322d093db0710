import { accessSync, constants } from "node:fs";
import { delimiter, join } from "node:path";
import { runProcess, type ProcessResult } from "../../process/exec.ts";
import type { DoctorSubject } from "../../schedulers/scheduler.ts";
import type { Environment } from "../../schedulers/element.ts";
import type { Layout } from "../../workspace/layout.ts";
import type { ClusterRequest } from "../site/cluster-request.ts";

/** What checks look at. */
export interface DoctorContext extends DoctorSubject {
  readonly layout: Layout;
  readonly cluster: ClusterRequest | null;
  /** Of this process, or as the site's profile would make it. */
  readonly environment: Environment;
}

/** A cluster that is busy answers late; one that is down, not at all. */
const TIMEOUT_SECONDS = 20;

/** Runs a command in the context's environment, without a shell. */
export function ask(
  { environment }: Pick<DoctorContext, "environment">,
  command: string,
  ...args: readonly string[]
): Promise<ProcessResult> {
  return runProcess(command, args, { env: environment, timeoutSeconds: TIMEOUT_SECONDS });
}

/** Why a command failed, in a line. */
export function reasonOf({ stderr, stdout, failure }: ProcessResult): string {
  const lines = `${stderr}\n${stdout}`.split("\n").map((line) => line.trim());
  return lines.find((line) => line !== "") ?? failure;
}

export function isOnPath(
  { environment }: Pick<DoctorContext, "environment">,
  command: string,
): boolean {
  return (environment["PATH"] ?? "").split(delimiter).some((folder) => {
    try {
      accessSync(join(folder, command), constants.X_OK);
      return true;
    } catch {
      return false;
    }
  });
}
