import { isObject } from "../../core/objects.ts";
import { formatCount } from "../../core/quantities.ts";
import type { Dimension, Objective, ParameterValue } from "../../core/study.ts";
import { type DocumentKind } from "../issues.ts";
import type { ForeignStudy } from "./study.ts";
import { readWandbParameter } from "./wandb-parameter.ts";
import { readYaml, throwIssues } from "../yaml-document.ts";

const KIND: DocumentKind = {
  code: "INVALID_STUDY",
  what: "sweep file of W&B",
  hint: "docs/coming-from.md says which of its keys are taken",
};

type Mapping = Readonly<Record<string, unknown>>;

/** Keys that say nothing of what is run. */
const TITLES: readonly string[] = ["name", "description", "project", "entity", "$schema"];
const TAKEN: readonly string[] = [
  ...["program", "method", "metric", "parameters", "early_terminate", "command", "run_cap"],
];

/** Trials of a search, where the sweep says no number. */
const TRIALS = 100;

/**
 * A sweep's configuration (docs.wandb.ai, "Sweep configuration options").
 * @throws BsweepError INVALID_STUDY for what is no mapping with `parameters`
 */
export function readWandbSweep(text: string, file: string): ForeignStudy {
  const document = readYaml(text, file, KIND);
  const value: Mapping = isObject(document.value) ? document.value : {};
  const { parameters } = value;
  const issues = isObject(parameters)
    ? []
    : [document.issueAt(["parameters"], "found no mapping, expected the sweep's parameters")];
  throwIssues(document, issues, KIND);
  const notes: string[] = [];
  const note = (line: string): void => void notes.push(line);
  const dimensions = listDimensions(parameters as Mapping, "", note);
  for (const key of Object.keys(value))
    if (!TITLES.includes(key) && !TAKEN.includes(key))
      note(`${key} is left out: bsweep has nothing like it`);
  const program = typeof value["program"] === "string" ? value["program"] : null;
  if (program === null) note("no program is named: write it into trainer.command");
  const setup = readCommand(value["command"], program, note);
  const objective = readMetric(value["metric"], note);
  note(
    `what wandb.log tells is not seen here: print ${objective.metric} and read it by trainer.metrics, or write it into a file (docs/custom-trainer.md)`,
  );
  return {
    source: "W&B sweep",
    space: { dimensions, constraints: [] },
    ...setup,
    objective,
    sampler: readMethod(value, dimensions, note),
    pruner: readEarlyTerminate(value["early_terminate"], note),
    notes,
    locate: (path, message) => document.issueAt(sourceOf(path, value), message),
  };
}

/** Where a study's key was taken from. */
function sourceOf(path: string, { command }: Mapping): readonly string[] {
  const [key = "", inner = ""] = path.split(/[.[]/);
  if (key === "objective") return inner === "metric" ? ["metric", "name"] : ["metric"];
  if (key === "trainer") return [Array.isArray(command) ? "command" : "program"];
  if (key === "sampler") return [inner === "trials" ? "run_cap" : "method"];
  return key === "pruner" ? ["early_terminate"] : ["parameters", inner];
}

type Note = (line: string) => void;

/** Nested parameters become dotted names. */
function listDimensions(parameters: Mapping, prefix: string, note: Note): Dimension[] {
  return Object.entries(parameters).flatMap(([key, written]) => {
    const name = `${prefix}${key}`;
    if (!/^[A-Za-z_][A-Za-z0-9_.-]{0,99}$/.test(name) || name in {}) {
      note(`${name} is left out: a parameter's name is letters, digits, _, . and -`);
      return [];
    }
    if (!isObject(written)) {
      note(`${name} is left out: found no mapping`);
      return [];
    }
    if (isObject(written["parameters"]))
      return listDimensions(written["parameters"], `${name}.`, note);
    const distribution = readWandbParameter(written, (line) => note(`${name}: ${line}`));
    return distribution === null ? [] : [{ name, distribution }];
  });
}

function readMetric(written: unknown, note: Note): Objective {
  const { name, goal } = isObject(written) ? written : {};
  const direction = goal === "maximize" ? "maximize" : "minimize";
  if (typeof name === "string" && name !== "") return { metric: name, direction };
  note("no metric is named: `loss` stands for it");
  return { metric: "loss", direction };
}

function readMethod(
  { method, run_cap: cap }: Mapping,
  dimensions: readonly Dimension[],
  note: Note,
): ForeignStudy["sampler"] {
  const trials = typeof cap === "number" && Number.isInteger(cap) && cap > 0 ? cap : TRIALS;
  const ask = (kind: string): ForeignStudy["sampler"] => {
    if (trials !== cap)
      note(`no run_cap says how many trials: ${formatCount(trials)} are asked for`);
    return { kind, trials };
  };
  if (method === "bayes") return ask("gp");
  if (method !== "grid") return ask("random");
  const endless = dimensions.find(
    ({ distribution }) => distribution.kind !== "categorical" && distribution.step === undefined,
  );
  if (endless === undefined) return { kind: "grid" };
  note(`a grid cannot go through ${endless.name}, a range without steps: random draws instead`);
  return ask("random");
}

function readEarlyTerminate(written: unknown, note: Note): ForeignStudy["pruner"] {
  if (!isObject(written)) return null;
  const { type, min_iter: least, max_iter: most, eta = 3 } = written;
  if (type !== "hyperband" || typeof eta !== "number" || eta < 2) {
    note("early_terminate is left out: of its types hyperband is known");
    return null;
  }
  if (typeof least === "number" && least >= 1)
    return { kind: "successive-halving", minResource: least, reductionFactor: Math.round(eta) };
  if (typeof most === "number" && most >= 1)
    note(`early_terminate.max_iter: ${most} epochs are most, say so in trainer.epochs`);
  return { kind: "hyperband", minResource: 1, reductionFactor: Math.round(eta) };
}

type Setup = Pick<ForeignStudy, "command" | "argsStyle">;

/** W&B's words for the command, and what stands for them: several words, or a way to write arguments. */
const WORDS: Readonly<Record<string, Partial<Record<"word" | "prefix" | "booleans", string>>>> = {
  "${interpreter}": { word: "python3" },
  "${args}": { word: "{{args}}" },
  "${args_no_hyphens}": { word: "{{args}}", prefix: "" },
  "${args_no_boolean_flags}": { word: "{{args}}", booleans: "flag" },
  "${args_json_file}": { word: "{{params}}" },
};

function readCommand(written: unknown, program: string | null, note: Note): Setup {
  if (!Array.isArray(written))
    return { command: program === null ? null : ["python3", program, "{{args}}"], argsStyle: null };
  const style: Record<string, string> = {};
  const command = written.flatMap((token: ParameterValue): string[] => {
    const text = typeof token === "string" ? token : JSON.stringify(token);
    if (text === "${env}" || text === "/usr/bin/env") return [];
    if (text === "${program}") return [program ?? "train.py"];
    const known = WORDS[text];
    if (known !== undefined) {
      if (known.prefix !== undefined) style["prefix"] = known.prefix;
      if (known.booleans !== undefined) style["booleans"] = known.booleans;
      return known.word === undefined ? [] : [known.word];
    }
    if (text.includes("${")) {
      note(`command: ${text} is left out`);
      return [];
    }
    return [text.replaceAll("{{", "{{{{")];
  });
  return { command, argsStyle: Object.keys(style).length === 0 ? null : style };
}
