import type { Command } from "../command.ts";
import { archiveCommand } from "./archive.ts";
import { artifactsCommand } from "./artifacts.ts";
import { attachCommand } from "./attach.ts";
import { bestCommand } from "./best.ts";
import { cancelCommand } from "./cancel.ts";
import { collectCommand } from "./collect.ts";
import { compareCommand } from "./compare.ts";
import { demoCommand } from "./demo.ts";
import { doctorCommand } from "./doctor.ts";
import { exportCommand } from "./export.ts";
import { generateCommand } from "./generate.ts";
import { historyCommand } from "./history.ts";
import { imageCommand } from "./image.ts";
import { importCommand } from "./import.ts";
import { initCommand } from "./init.ts";
import { localCommand } from "./local.ts";
import { logsCommand } from "./logs.ts";
import { planCommand } from "./plan.ts";
import { poolCommand } from "./pool.ts";
import { promoteCommand } from "./promote.ts";
import { predictCommand } from "./predict.ts";
import { prepareCommand } from "./prepare.ts";
import { refitCommand } from "./refit.ts";
import { reportCommand } from "./report.ts";
import { retryCommand } from "./retry.ts";
import { runtimeCommand } from "./runtime.ts";
import { shellCommand } from "./shell.ts";
import { showCommand } from "./show.ts";
import { pauseCommand, resumeCommand, throttleCommand } from "./steer.ts";
import { statusCommand } from "./status.ts";
import { smokeCommand } from "./smoke.ts";
import { smokeReportCommand } from "./smoke-report.ts";
import { submitCommand } from "./submit.ts";
import { trialCommand } from "./trial.ts";
import { verifyCommand } from "./verify.ts";
import { waitCommand } from "./wait.ts";

/** Every command, in the order of the help text. */
export const commands: readonly Command[] = [
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
  promoteCommand,
  throttleCommand,
  pauseCommand,
  resumeCommand,
  cancelCommand,
  attachCommand,
  shellCommand,
  collectCommand,
  archiveCommand,
  verifyCommand,
  reportCommand,
  showCommand,
  bestCommand,
  artifactsCommand,
  compareCommand,
  importCommand,
  historyCommand,
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
