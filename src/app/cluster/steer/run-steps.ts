import type { SteeredJob } from "./steered.ts";
import { escapeWithinLines } from "../../../core/printable.ts";
import { runProcess } from "../../../process/exec.ts";
import type { Argv } from "../../../schedulers/status.ts";
import type { SteeringDialect, SteeringOutcome } from "../../../schedulers/steering.ts";
import type { Step } from "./steps.ts";

/** A scheduler's commands wait for ever where the cluster is busy. */
const TIMEOUT_SECONDS = 60;

/**
 * Runs the commands of each step, one after another: what one job refuses does not keep the others from being
 * steered.
 * @param printOnly nothing is run
 */
export async function runSteps(steps: readonly Step[], printOnly: boolean): Promise<SteeredJob[]> {
  const jobs: SteeredJob[] = [];
  for (const { dialect, ...step } of steps) {
    if (step.outcome !== null) jobs.push({ ...step, outcome: step.outcome });
    else if (printOnly) jobs.push({ ...step, outcome: "planned" });
    else jobs.push({ ...step, ...(await runStep({ ...step, dialect })) });
  }
  return jobs;
}

type StepEnd = Pick<SteeredJob, "outcome" | "detail">;

async function runStep({ commands, dialect, detail }: Step): Promise<StepEnd> {
  const ends: { outcome: SteeringOutcome; text: string }[] = [];
  for (const command of commands) ends.push(await runOne(command, dialect));
  const refusals = ends.filter(({ outcome }) => outcome === "refused");
  if (refusals.length > 0) {
    return { outcome: "refused", detail: refusals.map(({ text }) => text).join("\n") };
  }
  return ends.some(({ outcome }) => outcome === "done")
    ? { outcome: "done", detail }
    : { outcome: "ended", detail: "has ended meanwhile" };
}

async function runOne(
  command: Argv,
  dialect: SteeringDialect,
): Promise<{ outcome: SteeringOutcome; text: string }> {
  const [program, ...words] = command;
  const run = await runProcess(program, words, { timeoutSeconds: TIMEOUT_SECONDS });
  if (run.notFound) return { outcome: "refused", text: `${program} is not on PATH` };
  if (run.timedOut) {
    const text = `${program} did not answer within ${TIMEOUT_SECONDS} s: whether it was done is not known`;
    return { outcome: "refused", text };
  }
  const said = [run.stderr, run.stdout].map((text) => text.trim()).filter((text) => text !== "");
  return {
    outcome: dialect.readAnswer(run),
    text: escapeWithinLines(said.join("\n")) || run.failure,
  };
}
