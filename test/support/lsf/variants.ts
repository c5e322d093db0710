/**
 * Where sources on IBM LSF disagree, or say that a site decides. Each switch has a default and at least one
 * other value; whoever reads LSF's answers must get along with all of them.
 *
 * Sources are keys of the notes on LSF's commands: CFG, MAN, CMD, ADM are IBM's pages, HELP and ERR its help and
 * error texts, ERT, OOD, BE programs written against real LSF, VOL an open relative of LSF, U an inference.
 */
export const VARIANT_TABLE = {
  /** Status of bjobs where a named job is unknown; CFG, LSB_BJOBS_CONSISTENT_EXIT_CODE: its text says 255, its example 0. */
  bjobsUnknownStatus: [255, 0],
  /** Digits of a job id that bjobs' table shows; CFG, LSB_JOBID_DISP_LENGTH. Longer ids lose their left. */
  jobIdWidth: [7, 10],
  /** What stands in JOBID for an element; CFG, LSB_BJOBS_DISPLAY_ENH. */
  jobIdColumn: ["id", "id[index]"],
  /** Lines of a busy mbatchd before every answer, on stderr; S. */
  busyLines: [false, true],
  /** Longest `name[list]%limit`; ADM says 255, HELP 4094. */
  arraySpecificationLimit: [255, 4094],
  /** An unknown job in `bjobs -json`: a record with ERROR (S, VOL), or only a line on stderr. */
  missingJobInJson: ["record", "line"],
  /** `bjobs -json` with nothing to show: U, not found. A line alone, or an empty document as well. */
  emptyJson: ["line", "document"],
  /** `bjobs ID` of a finished job without -a: its row (OOD, GC3) or "No unfinished job found" (CFG). */
  finishedById: ["row", "none"],
  /** Does output reach the -o file while the job runs? A site decides: CFG, LSB_STDOUT_DIRECT. */
  stdoutDirect: [false, true],
  /** A script whose first line is `#` without `!` goes to csh; LIBBAT says so, scripts on compute1 do not care. */
  cshRule: [true, false],
  /** When finished elements are forgotten: with their whole array, or one by one; U. */
  forgets: ["array", "element"],
  /** Is the array taken that crosses MAX_PEND_JOBS? CFG only says who "has reached" it is refused; U. */
  crossingThreshold: ["taken", "refused"],
  /** Unit of a bare size; CFG, LSF_UNIT_FOR_LIMITS. */
  bareUnit: ["KB", "MB"],
  /** Does bsub know -Ne? CMD does, the build of 2018 (HELP) does not. */
  mailOnError: [true, false],
  /** Lines of `bkill ID` for a whole array; U: one, or one for each element. */
  arrayActionLines: ["one", "each"],
} as const;

export type Variants = {
  readonly [Name in keyof typeof VARIANT_TABLE]: (typeof VARIANT_TABLE)[Name][number];
};

type Changeable = { -readonly [Name in keyof Variants]: Variants[Name] };

/** The first value of every switch. */
export const DEFAULT_VARIANTS: Variants = Object.fromEntries(
  Object.entries(VARIANT_TABLE).map(([name, values]) => [name, values[0]]),
) as Changeable;

export interface NamedVariant {
  /** Such as `jobIdWidth=10`, for the name of a test. */
  readonly name: string;
  readonly variants: Partial<Variants>;
}

/** The defaults, and then every other value of every switch, one at a time. */
export const VARIANTS: readonly NamedVariant[] = [
  { name: "defaults", variants: {} },
  ...Object.entries(VARIANT_TABLE).flatMap(([name, values]) =>
    values.slice(1).map((value) => ({
      name: `${name}=${value}`,
      variants: { [name]: value },
    })),
  ),
];
