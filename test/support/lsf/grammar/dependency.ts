import type { Element, Job } from "../daemon/job.ts";
import { Refusal } from "../daemon/refusal.ts";
import { ConditionReader, type Comparison, type ConditionTree } from "./dependency-syntax.ts";

/** What a condition says of an element now; "never": it cannot come true any more. */
export type Verdict = "yes" | "no" | "never";
type Condition = (element: Element) => Verdict;

export interface Dependency {
  readonly text: string;
  /** Does `[*]` pair elements by index? Else the verdict is the same for all of them. */
  readonly elementwise: boolean;
  readonly verdict: Condition;
}

export interface DependencyContext {
  /** Own jobs by id, or by name with a `*` at the end. */
  find(reference: string): readonly Job[];
  /** Of the job that is submitted; null: no array. */
  readonly indices: readonly number[] | null;
}

/**
 * bsub -w; HELP, ADM ("Job dependency conditions"). A job that LSF does not know refuses the submission; one that
 * it forgets later still counts with the state it ended in.
 */
export function parseDependency(source: string, context: DependencyContext): Dependency {
  const tree = new ConditionReader(source).read();
  return { text: source, elementwise: source.includes("[*]"), verdict: bind(tree, context) };
}

function bind(tree: ConditionTree, context: DependencyContext): Condition {
  switch (tree.kind) {
    case "and":
    case "or": {
      const parts = tree.parts.map((part) => bind(part, context));
      const join = tree.kind === "and" ? every : any;
      return (element) => join(parts.map((part) => part(element)));
    }
    case "not": {
      const inner = bind(tree.inner, context);
      return (element) => OPPOSITE[inner(element)];
    }
    case "count":
      return bindCount(tree.name, tree.reference, tree.comparison, context);
    default: {
      const elements = resolve(tree.reference, context);
      const { name, comparison } = tree;
      return (element) =>
        every(elements(element).map((other) => verdictOf(name, other, comparison)));
    }
  }
}

/** What is not yet true may be; what is not true any more stays so. */
const OPPOSITE = { yes: "no", no: "yes", never: "yes" } as const;

/** The elements a reference means, for an element of the job that waits. */
function resolve(
  reference: string,
  context: DependencyContext,
): (element: Element) => readonly Element[] {
  const parts = /^(.*)\[([^\]]*)\]$/.exec(reference);
  const jobs = context.find(parts?.[1] ?? reference);
  if (jobs.length === 0) throw new Refusal(`${reference}: No matching job found`);
  if (parts === null) return () => jobs.flatMap(({ elements }) => elements);
  if (parts[2] === "*") {
    const size = context.indices?.length ?? 0;
    if (jobs.some(({ elements }) => elements.length !== size)) {
      throw new Refusal("Dependent job arrays must be the same size");
    }
    return ({ index }) => jobs.flatMap((job) => job.element(index) ?? []);
  }
  const elements = jobs.flatMap((job) => job.element(Number(parts[2])) ?? []);
  if (elements.length === 0) throw new Refusal(`${reference}: No matching job found`);
  return () => elements;
}

function verdictOf(name: string, element: Element, comparison: Comparison | null): Verdict {
  const { state, finished } = element;
  const settled = (holds: boolean): Verdict => (holds ? "yes" : finished ? "never" : "no");
  switch (name) {
    case "done":
    case "post_done":
      return settled(state === "DONE");
    case "ended":
      return settled(finished);
    case "started":
      return settled(finished || state === "RUN" || state === "USUSP" || state === "SSUSP");
    case "exit":
      return settled(state === "EXIT" && compare(element.exitCode ?? 0, comparison));
    default:
      return settled(false);
  }
}

const COUNTS: Readonly<Record<string, (job: Job) => number>> = {
  numdone: ({ counts }) => counts.DONE,
  numended: ({ finishedCount }) => finishedCount,
  numexit: ({ counts }) => counts.EXIT,
  numhold: ({ counts }) => counts.PSUSP,
  numpend: ({ counts }) => counts.PEND,
  numrun: ({ counts }) => counts.RUN,
  numstart: ({ counts }) => counts.RUN + counts.USUSP + counts.SSUSP,
};

function bindCount(
  name: string,
  reference: string,
  comparison: Comparison | null,
  context: DependencyContext,
): Condition {
  const jobs = context.find(reference);
  const count = COUNTS[name];
  if (jobs.length === 0) throw new Refusal(`${reference}: No matching job found`);
  if (!jobs.every(({ isArray }) => isArray) || count === undefined) {
    throw new Refusal("Job array does not exist");
  }
  return () => {
    const holds = jobs.every((job) => {
      const size = job.elements.length;
      return comparison === "all" ? count(job) === size : compare(count(job), comparison);
    });
    const settled = jobs.every(({ finishedCount, elements }) => finishedCount === elements.length);
    return holds ? "yes" : settled ? "never" : "no";
  };
}

function compare(value: number, comparison: Comparison | null): boolean {
  if (comparison === null || comparison === "all") return true;
  const { operator, number } = comparison;
  switch (operator) {
    case ">":
      return value > number;
    case ">=":
      return value >= number;
    case "<":
      return value < number;
    case "<=":
      return value <= number;
    case "!=":
      return value !== number;
    default:
      return value === number;
  }
}

function every(verdicts: readonly Verdict[]): Verdict {
  if (verdicts.includes("never")) return "never";
  return verdicts.includes("no") ? "no" : "yes";
}

function any(verdicts: readonly Verdict[]): Verdict {
  if (verdicts.includes("yes")) return "yes";
  return verdicts.includes("no") ? "no" : "never";
}
