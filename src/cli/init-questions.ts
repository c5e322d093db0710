import {
  DRAFT_SPACES,
  DRAFT_TRAINERS,
  type DraftPlacement,
  type DraftSpace,
  type DraftTrainer,
} from "../formats/draft.ts";
import type { RequirableKey, Site } from "../core/site.ts";
import { schedulerOf } from "../schedulers/index.ts";
import type { Prompt } from "./prompt.ts";

/** What `bsweep init` was told by options. */
export interface InitOptions extends Readonly<
  Record<"name" | "site" | "like" | "data" | RequirableKey, string | undefined>
> {
  readonly trainer: DraftTrainer | undefined;
  readonly grid: DraftSpace | undefined;
}

/** What is asked about a cluster, in this order. */
const QUESTIONS: readonly (readonly [RequirableKey, string])[] = [
  ["userGroup", "User group or account"],
  ["queue", "Queue or partition"],
  ["image", "Container image"],
];

/** Sites that a new one can start from. */
const LIKE = ["lsf", "slurm", "compute1", "compute2"] as const;

/** What nobody asks for has these values. */
export const PROPOSED = {
  site: "local",
  name: "digits",
  trainer: "cnn",
  grid: "small",
  data: "data/digits",
} as const;

/** Asks for what no option said. */
export async function askForInit(
  options: InitOptions,
  prompt: Prompt,
  sites: { readonly known: readonly string[]; readonly load: (name: string) => Site },
): Promise<InitOptions> {
  const name = options.name ?? (await prompt.ask("Name of the study", PROPOSED.name));
  const question = `Site (${sites.known.join(", ")}, or a name for a cluster of your own)`;
  const site = options.site ?? (await prompt.ask(question, PROPOSED.site));
  const isKnown = sites.known.includes(site);
  const like =
    options.like ??
    (isKnown ? undefined : await prompt.choose(`What is ${site} like`, LIKE, "slurm"));
  const trainer =
    options.trainer ?? (await prompt.choose("Trainer", DRAFT_TRAINERS, PROPOSED.trainer));
  const ofCnn = trainer === "cnn";
  const grid =
    options.grid ??
    (ofCnn ? await prompt.choose("Search space", DRAFT_SPACES, PROPOSED.grid) : undefined);
  const data =
    options.data ?? (ofCnn ? await prompt.ask("Folder of the data set", PROPOSED.data) : undefined);
  const placement = await askForPlacement(options, prompt, sites.load(like ?? site));
  return { ...options, name, site, like, trainer, grid, data, ...placement };
}

async function askForPlacement(
  options: InitOptions,
  prompt: Prompt,
  site: Site,
): Promise<DraftPlacement> {
  const answers: Partial<Record<RequirableKey, string>> = {};
  if (!schedulerOf(site).submits) return answers;
  for (const [key, question] of QUESTIONS) {
    if (options[key] !== undefined || (key === "image" && site.container === "none")) continue;
    const has = site[key];
    const answer = await prompt.ask(question, has ?? "");
    // The site says it already, or nobody knows yet.
    if (answer !== "" && answer !== has) answers[key] = answer;
  }
  return answers;
}
