import { Document } from "yaml";
import type { Issue } from "../../core/errors.ts";
import { escapeControls } from "../../core/printable.ts";
import type { Objective, SearchSpace } from "../../core/study.ts";
import { formatSpace } from "../space/text.ts";

/** What a file of another tool says of a study. */
export interface ForeignStudy {
  /** What the file is, in a word or two. */
  readonly source: string;
  readonly space: SearchSpace;
  /** Null where the file names no program. */
  readonly command: readonly string[] | null;
  /** As `trainer.argsStyle` has it. */
  readonly argsStyle: Readonly<Record<string, string>> | null;
  readonly objective: Objective;
  readonly sampler: Readonly<Record<string, string | number>>;
  readonly pruner: Readonly<Record<string, string | number>> | null;
  /** What could not be taken, or was taken in another way, a sentence each. */
  readonly notes: readonly string[];
  /** An issue of a study's key, such as `objective.metric`, at what it was taken from. */
  readonly locate?: (path: string, message: string) => Issue;
}

/** A program that nobody has named. */
const PLACEHOLDER = ["python3", "train.py", "{{args}}"];

/**
 * The text of a study file.
 * @param cluster its block `cluster:`, with comments
 */
export function formatForeignStudy(
  foreign: ForeignStudy,
  {
    name,
    file,
    cluster,
  }: { readonly name: string; readonly file: string; readonly cluster: string },
): string {
  const { space, command, argsStyle, objective, sampler, pruner, notes } = foreign;
  const comment = (line: string): string => `# ${escapeControls(line)}`;
  return [
    [
      comment(
        `Written by \`bsweep init --from ${file}\`, yours from now on. docs/coming-from.md explains it.`,
      ),
      ...notes.map((note) => comment(`- ${note}`)),
      block({ study: name }),
    ].join("\n"),
    block({ objective }),
    block({ trainer: { command: command ?? PLACEHOLDER, ...(argsStyle && { argsStyle }) } }),
    formatSpace(space, { knowsIntegers: false }).trimEnd(),
    block({ sampler }),
    ...(pruner === null ? [] : [block({ pruner })]),
    cluster,
    "resources: { cpus: 1, memory: 4GB, walltime: 1h }",
  ]
    .map((part) => `${part}\n`)
    .join("\n");
}

/** One key, its value on the same line. */
function block(entry: Readonly<Record<string, unknown>>): string {
  const document = new Document({});
  for (const [key, value] of Object.entries(entry))
    document.set(key, document.createNode(value, { flow: true }));
  return document.toString({ lineWidth: 0 }).trimEnd();
}
