import { Refusal } from "../daemon/refusal.ts";

type Variables = Readonly<Record<string, string>>;

/** HELP -env: these never come along; LSF sets them where the job runs. */
const NEVER = /^(?:LSB_JOBID|LSB_JOBNAME|LSB_QUEUE|LSB_HOSTS|LSB_SUB_\w*)$/;

/**
 * The part of the submitter's environment that a job gets. bsub -env; HELP: `none`, `all[, ~VAR][, VAR=value]`,
 * `VAR[=value],...`; a value with a comma stands in single quotes. Values with newlines stay behind (DWE).
 */
export function selectEnvironment(list: string, submitter: Variables): Record<string, string> {
  const chosen = new Map<string, string>();
  const items = splitItems(list);
  for (const [at, item] of items.entries()) {
    if (item === "none" && items.length === 1) break;
    if (item === "all" && at === 0) {
      for (const [name, value] of Object.entries(submitter)) chosen.set(name, value);
    } else if (item.startsWith("~") && items[0] === "all") {
      chosen.delete(item.slice(1));
    } else {
      choose(chosen, item, submitter);
    }
  }
  return Object.fromEntries(
    [...chosen].filter(([name, value]) => !NEVER.test(name) && !value.includes("\n")),
  );
}

function choose(chosen: Map<string, string>, item: string, submitter: Variables): void {
  const parts = /^([A-Za-z_]\w*)(?:=(.*))?$/s.exec(item);
  if (parts?.[1] === undefined) throw new Refusal("Invalid syntax for option -env");
  const value = parts[2] ?? submitter[parts[1]];
  if (value !== undefined) chosen.set(parts[1], value.replace(/^'(.*)'$/s, "$1"));
}

function splitItems(list: string): string[] {
  if (list.length > 4094) throw new Refusal("Invalid syntax for option -env");
  const quoted = list.split("'");
  // Commas inside quotes do not part items.
  const parted = quoted.map((part, at) => (at % 2 === 0 ? part.replaceAll(",", "\n") : part));
  const items = parted
    .join("'")
    .split("\n")
    .map((item) => item.trim());
  if (items.includes("") || quoted.length % 2 === 0) {
    throw new Refusal("Invalid syntax for option -env");
  }
  return items;
}
