/** What `npm run bench` was called with. */
export interface BenchOptions {
  /** Answers of peers are made anew, though there is a record of them. */
  readonly fresh: boolean;
}
