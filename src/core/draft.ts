import type { RequirableKey } from "./site.ts";

/** Example studies that a draft takes its search space from. */
export const DRAFT_SPACES = ["small", "full", "wide"] as const;
export type DraftSpace = (typeof DRAFT_SPACES)[number];

export const DRAFT_TRAINERS = ["cnn", "command"] as const;
export type DraftTrainer = (typeof DRAFT_TRAINERS)[number];

/** Keys of a site or a study that are asked for, as answered; absent: left to be filled in, or to the site. */
export type DraftPlacement = Readonly<Partial<Record<RequirableKey, string>>>;

/** What a new study is to be. */
export interface StudyDraft {
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
export interface SiteDraft {
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
