/** How parameters become words of a command line; of each, the first is the default. */
export const ARGS_STYLES = {
  /** `--rate=0.1`, or `--rate` and `0.1`. */
  separator: ["equals", "space"],
  names: ["asWritten", "kebab", "snake"],
  /** `--warm=true`; `--warm` or nothing; `--warm` or `--no-warm`. */
  booleans: ["value", "flag", "noFlag"],
  /** `--units=64,32`; `--units=64 --units=32`; `--units=[64,32]`. */
  lists: ["comma", "repeated", "json"],
  prefix: ["--", ""],
} as const;

export type ArgsStyle = {
  readonly [Key in keyof typeof ARGS_STYLES]: (typeof ARGS_STYLES)[Key][number];
};
