import type { RequirableKey } from "../core/site.ts";

/** Example studies that a draft takes its search space from. */
export const DRAFT_SPACES = ["small", "full", "wide"] as const;
export type DraftSpace = (typeof DRAFT_SPACES)[number];

export const DRAFT_TRAINERS = ["cnn", "command"] as const;
export type DraftTrainer = (typeof DRAFT_TRAINERS)[number];

/** Keys of a site or a study that are asked for, as answered; absent: left to be filled in, or to the site. */
export type DraftPlacement = Readonly<Partial<Record<RequirableKey, string>>>;

/** What a new study is to be. */
interface StudyDraft {
  readonly name: string;
  readonly site: string;
  readonly trainer: DraftTrainer;
  /** Of the built-in CNN. */
  readonly space: DraftSpace;
  /** Folder of the packed data set; null for a command that brings its own. */
  readonly data: string | null;
  readonly placement: DraftPlacement;
  /** What the site wants and nobody has answered. */
  readonly missing: readonly RequirableKey[];
}

/** What a site of one's own is to be. */
interface SiteDraft {
  readonly name: string;
  /** The site it starts from. */
  readonly like: string;
  readonly placement: DraftPlacement;
  readonly hasContainer: boolean;
}

/** A file that `init` writes, or would write. */
export interface DraftFile {
  readonly path: string;
  readonly text: string;
}

/** Something to put in the place of what nobody answered. */
const EXAMPLES: Readonly<Record<RequirableKey, string>> = {
  queue: "NAME",
  userGroup: "compute-LABNAME",
  serviceClass: "NAME",
  image: "registry/name@sha256:...",
};

/**
 * The text of a new study file: an example's blocks with their comments, and the answers.
 * @param example text of an example study, whose objective, trainer, space, artifacts and resources are taken
 */
export function formatStudyDraft(draft: StudyDraft, example: string): string {
  const blocks = splitBlocks(example);
  const taken = (key: string): readonly string[] => blocks.get(key) ?? [];
  return [
    [
      `# ${draft.name}: written by \`bsweep init\`, yours from now on. docs/study-file.md explains every key.`,
      `study: ${yamlText(draft.name)}`,
    ],
    taken("objective"),
    draft.data === null ? [] : formatData(draft.data),
    taken("trainer"),
    taken("space"),
    taken("sampler"),
    taken("artifacts"),
    formatCluster(draft),
    ["# What one element may use.", ...taken("resources").filter((line) => !line.startsWith("#"))],
  ]
    .filter((block) => block.length > 0)
    .map((block) => `${block.join("\n")}\n`)
    .join("\n");
}

function formatData(folder: string): string[] {
  return [
    "# Made by `bsweep prepare`. A tenth of the rows is held out from every trial and only judges it.",
    `data: { train: ${yamlText(folder)}, holdout: 0.1 }`,
  ];
}

export function formatCluster({
  site,
  placement,
  missing,
}: Pick<StudyDraft, "site" | "placement" | "missing">): string[] {
  return [
    "# Where it runs, and as whom. A key that is not here has the site's value (docs/site-file.md).",
    "cluster:",
    `  site: ${yamlText(site)}`,
    "  # Most elements running at once.",
    "  concurrencyLimit: 50",
    ...formatPlacement(placement).map((line) => `  ${line}`),
    ...(missing.length === 0 ? [] : ["  # Needed before `bsweep generate`:"]),
    ...missing.map((key) => `  # ${key}: ${EXAMPLES[key]}`),
  ];
}

function formatPlacement(placement: DraftPlacement): string[] {
  return Object.entries(placement).map(([key, value]) => `${key}: ${yamlText(value)}`);
}

/** The text of a site of one's own: what differs from another. */
export function formatSiteDraft({ name, like, placement, hasContainer }: SiteDraft): string {
  return [
    `# The cluster ${name}, for every study in this folder. docs/site-file.md explains every key.`,
    `extends: ${yamlText(like)}`,
    ...formatPlacement(placement),
    ...(hasContainer
      ? [
          "# Folders that containers see; none: the workspace alone.",
          "# mounts: [/storage2/LABNAME]",
        ]
      : []),
    "",
  ].join("\n");
}

/** Top-level key -> its lines with the comments right before it, as the example has them. */
function splitBlocks(text: string): ReadonlyMap<string, readonly string[]> {
  const blocks = text.matchAll(/^(?:#.*\n)*([A-Za-z]+):.*\n(?:(?![A-Za-z#]).*\n)*/gm);
  return new Map(Array.from(blocks, ([block, key = ""]) => [key, block.trimEnd().split("\n")]));
}

/** A text as YAML 1.2 reads back: in quotes unless it is a word that can be nothing else. */
function yamlText(text: string): string {
  const isWord = /^[A-Za-z/][A-Za-z0-9._/@:+-]*[A-Za-z0-9]$/.test(text);
  return isWord && !/^(?:true|false|null)$/i.test(text) ? text : JSON.stringify(text);
}
