import type { Element, Job } from "../daemon/job.ts";
import { Refusal } from "../daemon/refusal.ts";

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

type Compare = (a: number, b: number) => boolean;

const OPERATORS: Readonly<Record<string, Compare>> = {
  ">": (a, b) => a > b,
  ">=": (a, b) => a >= b,
  "<": (a, b) => a < b,
  "<=": (a, b) => a <= b,
  "==": (a, b) => a === b,
  "!=": (a, b) => a !== b,
};

const STATES = /^(?:done|ended|exit|started|post_done|post_err|external)$/;
const COUNTS: Readonly<Record<string, (job: Job) => number>> = {
  numdone: ({ counts }) => counts.DONE,
  numended: ({ finishedCount }) => finishedCount,
  numexit: ({ counts }) => counts.EXIT,
  numhold: ({ counts }) => counts.PSUSP,
  numpend: ({ counts }) => counts.PEND,
  numrun: ({ counts }) => counts.RUN,
  numstart: ({ counts }) => counts.RUN + counts.USUSP + counts.SSUSP,
};

const TOKENS = /\s*(&&|\|\||>=|<=|==|!=|[!()<>,*]|"[^"]*"|'[^']*'|[^\s()!<>=&|,"']+)/y;

/** bsub -w; HELP, ADM ("Job dependency conditions"). A job that LSF does not know refuses the submission. */
export function parseDependency(source: string, context: DependencyContext): Dependency {
  const tokens = tokenize(source);
  let at = 0;
  const syntax = (): Refusal => new Refusal(`${source}: Dependency condition syntax error`);
  const expect = (text: string): void => {
    if (tokens[at++] !== text) throw syntax();
  };
  const or = (): Condition => chain("||", and, (verdicts) => any(verdicts));
  const and = (): Condition => chain("&&", not, (verdicts) => every(verdicts));
  const chain = (
    sign: string,
    next: () => Condition,
    join: (verdicts: Verdict[]) => Verdict,
  ): Condition => {
    const parts = [next()];
    while (tokens[at] === sign) {
      at++;
      parts.push(next());
    }
    return parts.length === 1 && parts[0] !== undefined
      ? parts[0]
      : (element) => join(parts.map((part) => part(element)));
  };
  const not = (): Condition => {
    if (tokens[at] !== "!") return condition();
    at++;
    const inner = not();
    // The opposite of what may still come true may come true as well.
    return (element) => (inner(element) === "yes" ? "no" : "yes");
  };
  const condition = (): Condition => {
    const word = tokens[at++];
    if (word === undefined || /^(?:&&|\|\||[)<>,*]|[<>=!]=)$/.test(word)) throw syntax();
    if (word === "(") {
      const inner = or();
      expect(")");
      return inner;
    }
    if (tokens[at] !== "(") return stateCondition("done", unquote(word), null, context);
    if (!STATES.test(word) && !Object.hasOwn(COUNTS, word)) throw syntax();
    at++;
    const reference = readReference();
    const comparison = readComparison(word);
    expect(")");
    return Object.hasOwn(COUNTS, word)
      ? countCondition(word, reference, comparison, context)
      : stateCondition(word, reference, comparison, context);
  };
  const readReference = (): string => {
    const word = tokens[at++];
    if (word === undefined || /^[()!<>,]|^(?:&&|\|\|)$/.test(word)) throw syntax();
    return unquote(word);
  };
  const readComparison = (word: string): Comparison | null => {
    if (tokens[at] !== ",") {
      if (Object.hasOwn(COUNTS, word)) throw syntax();
      return null;
    }
    at++;
    if (tokens[at] === "*" && Object.hasOwn(COUNTS, word)) {
      at++;
      return "all";
    }
    const sign = Object.hasOwn(OPERATORS, tokens[at] ?? "") ? (tokens[at++] ?? "") : "==";
    const number = tokens[at++] ?? "";
    const compare = OPERATORS[sign];
    if (!/^\d+$/.test(number) || compare === undefined) throw syntax();
    return { compare, number: Number(number) };
  };
  const verdict = or();
  if (at < tokens.length) throw syntax();
  return { text: source, elementwise: source.includes("[*]"), verdict };
}

type Comparison = "all" | { readonly compare: Compare; readonly number: number };

function tokenize(source: string): string[] {
  const tokens: string[] = [];
  TOKENS.lastIndex = 0;
  while (TOKENS.lastIndex < source.trimEnd().length) {
    const match = TOKENS.exec(source);
    if (match?.[1] === undefined) {
      throw new Refusal(`${source}: Dependency condition syntax error`);
    }
    tokens.push(match[1]);
  }
  return tokens;
}

const unquote = (word: string): string => word.replace(/^(["'])(.*)\1$/, "$2");

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
    for (const { elements } of jobs) {
      if (elements.length !== (context.indices ?? [0]).length) {
        throw new Refusal("Dependent job arrays must be the same size");
      }
    }
    return ({ index }) => jobs.flatMap((job) => job.element(index) ?? []);
  }
  const index = Number(parts[2]);
  const elements = jobs.flatMap((job) => job.element(index) ?? []);
  if (elements.length === 0) throw new Refusal(`${reference}: No matching job found`);
  return () => elements;
}

function stateCondition(
  name: string,
  reference: string,
  comparison: Comparison | null,
  context: DependencyContext,
): Condition {
  const elements = resolve(reference, context);
  return (element) => every(elements(element).map((other) => verdictOf(name, other, comparison)));
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
    case "exit": {
      const code = element.exitCode ?? 0;
      const matches =
        comparison === null || comparison === "all" || comparison.compare(code, comparison.number);
      return settled(state === "EXIT" && matches);
    }
    default:
      return settled(false);
  }
}

function countCondition(
  name: string,
  reference: string,
  comparison: Comparison | null,
  context: DependencyContext,
): Condition {
  const jobs = context.find(reference);
  const count = COUNTS[name];
  if (jobs.length === 0) throw new Refusal(`${reference}: No matching job found`);
  if (!jobs.every(({ isArray }) => isArray) || count === undefined || comparison === null) {
    throw new Refusal("Job array does not exist");
  }
  return () => {
    const holds = jobs.every((job) =>
      comparison === "all"
        ? count(job) === job.elements.length
        : comparison.compare(count(job), comparison.number),
    );
    const settled = jobs.every(({ finishedCount, elements }) => finishedCount === elements.length);
    return holds ? "yes" : settled ? "never" : "no";
  };
}

function every(verdicts: readonly Verdict[]): Verdict {
  if (verdicts.includes("never")) return "never";
  return verdicts.includes("no") ? "no" : "yes";
}

function any(verdicts: readonly Verdict[]): Verdict {
  if (verdicts.includes("yes")) return "yes";
  return verdicts.includes("no") ? "no" : "never";
}
