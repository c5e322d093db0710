import type { CommandModule } from "yargs";
import type { GlobalOptions } from "../command.ts";
import { attachCommand } from "./attach.ts";
import { bestCommand } from "./best.ts";
import { cancelCommand } from "./cancel.ts";
import { collectCommand } from "./collect.ts";
import { demoCommand } from "./demo.ts";
import { doctorCommand } from "./doctor.ts";
import { exportCommand } from "./export.ts";
import { generateCommand } from "./generate.ts";
import { imageCommand } from "./image.ts";
import { initCommand } from "./init.ts";
import { localCommand } from "./local.ts";
import { logsCommand } from "./logs.ts";
import { pauseCommand } from "./pause.ts";
import { planCommand } from "./plan.ts";
import { poolCommand } from "./pool.ts";
import { predictCommand } from "./predict.ts";
import { prepareCommand } from "./prepare.ts";
import { refitCommand } from "./refit.ts";
import { reportCommand } from "./report.ts";
import { resumeCommand } from "./resume.ts";
import { retryCommand } from "./retry.ts";
import { runtimeCommand } from "./runtime.ts";
import { shellCommand } from "./shell.ts";
import { statusCommand } from "./status.ts";
import { smokeCommand } from "./smoke.ts";
import { smokeReportCommand } from "./smoke-report.ts";
import { submitCommand } from "./submit.ts";
import { throttleCommand } from "./throttle.ts";
import { trialCommand } from "./trial.ts";
import { waitCommand } from "./wait.ts";

/** Every command, in the order of the help text. */
// eslint-disable-next-line @typescript-eslint/no-explicit-any -- each command has options of its own
export const commands: readonly CommandModule<GlobalOptions, any>[] = [
  initCommand,
  prepareCommand,
  planCommand,
  doctorCommand,
  generateCommand,
  submitCommand,
  localCommand,
  statusCommand,
  logsCommand,
  waitCommand,
  retryCommand,
  throttleCommand,
  pauseCommand,
  resumeCommand,
  cancelCommand,
  attachCommand,
  shellCommand,
  collectCommand,
  reportCommand,
  bestCommand,
  refitCommand,
  predictCommand,
  exportCommand,
  runtimeCommand,
  imageCommand,
  smokeCommand,
  trialCommand,
  poolCommand,
  smokeReportCommand,
  demoCommand,
];
