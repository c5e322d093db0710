/**
 * The built-in trainer as a program: `node main.js REQUEST`, where REQUEST is a TrainerRequest as a JSON
 * file. It tells of each epoch on stdout and leaves a TrainerReport, as any trainer does; where it cannot do what it is
 * asked, its error stands in the report's place (formats/trainer-request.ts).
 */
import { readFileSync } from "node:fs";
import { BsweepError, formatIssue, messageOf } from "../core/errors.ts";
import { RUN_AGAIN_STATUS } from "../core/trial.ts";
import { type EpochRecord, stepOfEpoch } from "../formats/training-progress.ts";
import { formatRefusal, parseTrainerRequest } from "../formats/trainer-request.ts";
import { formatProgressLine } from "../formats/told-steps.ts";
import { writeFileAtomic } from "../workspace/atomic.ts";
import { runTrial } from "./run-trial.ts";

const NEVER = new AbortController().signal;

// Started by the runner: without it, nobody would ever take the report.
process.once("disconnect", () => process.exit(1));
process.channel?.unref();
void main(process.argv[2]);

/** @param requestFile none where the program was given none */
async function main(requestFile: string | undefined): Promise<void> {
  let refusalFile: string | undefined;
  try {
    if (requestFile === undefined)
      throw new BsweepError("USAGE", "the trainer wants the name of a request file");
    const request = parseTrainerRequest(readText(requestFile), requestFile);
    refusalFile = request.reportFile;
    const log = (line: string): void => void process.stdout.write(`${line}\n`);
    const stop = request.checkpoint === null ? NEVER : stopOnSignal();
    const onEpoch = (record: EpochRecord): void => log(formatProgressLine(stepOfEpoch(record)));
    const report = await runTrial(request, { onEpoch, log, stop });
    if (report === undefined) process.exitCode = RUN_AGAIN_STATUS;
    else writeFileAtomic(request.reportFile, `${JSON.stringify(report)}\n`);
  } catch (error) {
    if (!(error instanceof BsweepError)) throw error;
    const lines = [
      `${error.code}: ${error.message}`,
      ...error.issues.map(formatIssue),
      error.hint ?? "",
    ];
    process.stderr.write(`${lines.filter((line) => line !== "").join("\n")}\n`);
    process.exitCode = error.exitStatus;
    if (refusalFile !== undefined) leaveRefusal(refusalFile, error);
  }
}

/** On a full disk the exit status and stderr have to do. */
function leaveRefusal(file: string, error: BsweepError): void {
  try {
    writeFileAtomic(file, formatRefusal(error));
  } catch (failure) {
    process.stderr.write(`${messageOf(failure)}\n`);
  }
}

/**
 * Without a checkpoint to leave, a signal ends the program as it ends any other. Ctrl-C reaches every process of
 * the terminal, this one too.
 */
function stopOnSignal(): AbortSignal {
  const controller = new AbortController();
  for (const name of ["SIGTERM", "SIGINT", "SIGUSR2"] as const)
    process.on(name, () => controller.abort());
  return controller.signal;
}

function readText(file: string): string {
  try {
    return readFileSync(file, "utf8");
  } catch (cause) {
    throw new BsweepError("USAGE", `cannot read ${file}: ${messageOf(cause)}`, { cause });
  }
}
