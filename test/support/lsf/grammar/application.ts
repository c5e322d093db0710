import type { Application } from "../daemon/submission.ts";
import { Refusal } from "../daemon/refusal.ts";

/** Application profiles and esubs of compute1 (JEE), less docker_build. */
const APPLICATIONS = ["docker", "docker0", "docker1", "docker_exec"];

/** bsub -a: `app[(argument,...)] ...`; HELP, ERR. Emulated jobs have one application. */
export function parseApplication(value: string): Application {
  const opened = value.split("(").length;
  if (opened !== value.split(")").length) {
    throw new Refusal(`${value}: Parentheses specifying esub/epsub arguments do not match`);
  }
  const parts = /^\s*([\w.-]+)(?:\(([^()]*)\))?\s*$/.exec(value);
  const [, name = "", argument = ""] = parts ?? [];
  if (argument.length > 1024 || !APPLICATIONS.includes(name)) {
    throw new Refusal(`esub: unknown application <${value}>\nRequest aborted by esub`);
  }
  return { name, argument: argument.trim() };
}
