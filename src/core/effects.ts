/** What a use case may tell the person who started it. Results are returned, never printed here. */
export interface Reporter {
  /** A line on what happens now. */
  info(line: string): void;
  /** Something the user should know though the command goes on. */
  warn(line: string): void;
  /** Progress of long work: a bar on a terminal, a line now and then elsewhere. */
  progress(state: Progress): void;
  /** Clears the bar. Call it before results are printed. */
  endProgress(): void;
}

export interface Progress {
  readonly label: string;
  readonly done: number;
  readonly total: number;
  /** What is counted, where the label does not say it, such as `MB`. */
  readonly unit?: string;
  /** Anything short to stand behind the counts. */
  readonly note?: string;
}

/** What a use case takes from outside beside its options. Tests pass their own. */
export interface Effects {
  readonly reporter: Reporter;
  now(): Date;
}
