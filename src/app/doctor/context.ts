import { accessSync, constants } from "node:fs";
import { delimiter, join } from "node:path";
import type { Check } from "./check.ts";
import type { Site } from "../../core/site.ts";
import type { Study } from "../../core/study.ts";
import { runProcess, type ProcessResult } from "../../process/exec.ts";
import type { Layout } from "../../workspace/layout.ts";
import type { ClusterRequest } from "../site/cluster-request.ts";

/** What checks look at. */
export interface DoctorContext {
  readonly layout: Layout;
  readonly study: Study | null;
  readonly site: Site;
  /** What the study would ask for; null where something is missing. */
  readonly cluster: ClusterRequest | null;
  readonly user: string;
  /** Of this process, or as the site's profile would make it. */
  readonly environment: Readonly<Record<string, string | undefined>>;
}

/** A check, or several; none where it does not concern the site. */
export type DoctorCheck = (context: DoctorContext) => Promise<readonly Check[]> | readonly Check[];

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
