import type { CommandModule } from "yargs";
import type { GlobalOptions } from "../command.ts";
import { bestCommand } from "./best.ts";
import { cancelCommand } from "./cancel.ts";
import { collectCommand } from "./collect.ts";
import { demoCommand } from "./demo.ts";
import { exportCommand } from "./export.ts";
import { generateCommand } from "./generate.ts";
import { imageCommand } from "./image.ts";
import { localCommand } from "./local.ts";
import { pauseCommand } from "./pause.ts";
import { planCommand } from "./plan.ts";
import { poolCommand } from "./pool.ts";
import { predictCommand } from "./predict.ts";
import { prepareCommand } from "./prepare.ts";
import { refitCommand } from "./refit.ts";
import { reportCommand } from "./report.ts";
import { resumeCommand } from "./resume.ts";
import { runtimeCommand } from "./runtime.ts";
import { smokeCommand } from "./smoke.ts";
import { smokeReportCommand } from "./smoke-report.ts";
import { submitCommand } from "./submit.ts";
import { throttleCommand } from "./throttle.ts";
import { trialCommand } from "./trial.ts";

/** Every command, in the order of the help text. */
// eslint-disable-next-line @typescript-eslint/no-explicit-any -- each command has options of its own
export const commands: readonly CommandModule<GlobalOptions, any>[] = [
  prepareCommand,
  planCommand,
  generateCommand,
  submitCommand,
  localCommand,
  throttleCommand,
  pauseCommand,
  resumeCommand,
  cancelCommand,
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
