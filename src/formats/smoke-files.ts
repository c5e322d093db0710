import * as z from "zod";
import { parseJson } from "./issues.ts";

/** What a trial run of a site asks of each of its probes: a JSON file beside the round. */
export interface SmokeQuestions {
  readonly schemaVersion: 1;
  /** As the study says them; what a probe sees may be more. */
  readonly cpus: number;
  readonly memoryMiB: number;
  /** Folders that the containers are to see. */
  readonly mounts: readonly string[];
  /** Folder of the packed data set, absolute; null for none. */
  readonly data: string | null;
  /** Whether trials use the built-in trainer, which needs TensorFlow. */
  readonly tensorflow: boolean;
  /** Longest that the probes of a pool wait for each other. */
  readonly peerSeconds: number;
}

export const PROBE_KINDS = ["array", "pool"] as const;
export type ProbeKind = (typeof PROBE_KINDS)[number];

/** What one probe found where it ran. */
export interface SmokeFacts {
  readonly schemaVersion: 1;
  readonly kind: ProbeKind;
  /** Element, from 1. */
  readonly place: number;
  readonly host: string;
  /** The scheduler's job id; "" outside one. */
  readonly job: string;
  /** Milliseconds since 1970 by the clock of the host; null where it is not known. */
  readonly times: {
    readonly jobStarted: number | null;
    readonly probeStarted: number;
    readonly written: number;
  };
  /** The file server's clock against the host's: positive when it is ahead. Includes how long a file takes to appear. */
  readonly serverAheadSeconds: number;
  readonly user: {
    readonly uid: number;
    /** Null without an entry in passwd. */
    readonly name: string | null;
    readonly home: string;
    readonly homeWritable: boolean;
  };
  readonly environment: {
    readonly path: string;
    /** The variables that tell elements apart, those that are set. */
    readonly scheduler: Readonly<Record<string, string>>;
    /** Variables that mislead programs in a container, those that are set. */
    readonly misleading: readonly string[];
    readonly tmpdir: string;
    readonly tmpWritable: boolean;
    readonly tmpFreeMiB: number | null;
  };
  readonly cpus: number;
  /** Of the control group; null where there is none, or it cannot be read. */
  readonly memoryLimitMiB: number | null;
  readonly software: {
    readonly node: string;
    readonly bsweep: string;
    /** Null when it was not asked for, or does not work. */
    readonly tensorflow: string | null;
    /** Why not; "" for nothing to tell. */
    readonly tensorflowProblem: string;
  };
  readonly folders: readonly FolderFacts[];
  /** Of a pool: what came of asking the other tasks through files. */
  readonly peers: readonly PeerFacts[];
  /** Of a pool: whether this probe made the file that only one of them may make. */
  readonly madeExclusiveFile: boolean;
}

export interface FolderFacts {
  readonly path: string;
  readonly purpose: "workspace" | "mount" | "data";
  /** Why it cannot be used; "" when it can. */
  readonly problem: string;
}

export interface PeerFacts {
  readonly place: number;
  /** "" for one that never answered. */
  readonly host: string;
  /** From writing a file to seeing the answer to it; null for one that never answered. */
  readonly roundTripSeconds: number | null;
  /** Its clock against this host's: positive when it is ahead. */
  readonly clockAheadSeconds: number | null;
}

const questionsSchema: z.ZodType<SmokeQuestions> = z.strictObject({
  schemaVersion: z.literal(1),
  cpus: z.int().min(1),
  memoryMiB: z.int().min(1),
  mounts: z.array(z.string()),
  data: z.string().nullable(),
  tensorflow: z.boolean(),
  peerSeconds: z.number().min(0),
});

const factsSchema: z.ZodType<SmokeFacts> = z.strictObject({
  schemaVersion: z.literal(1),
  kind: z.enum(PROBE_KINDS),
  place: z.int().min(1),
  host: z.string(),
  job: z.string(),
  times: z.strictObject({
    jobStarted: z.number().nullable(),
    probeStarted: z.number(),
    written: z.number(),
  }),
  serverAheadSeconds: z.number(),
  user: z.strictObject({
    uid: z.number(),
    name: z.string().nullable(),
    home: z.string(),
    homeWritable: z.boolean(),
  }),
  environment: z.strictObject({
    path: z.string(),
    scheduler: z.record(z.string(), z.string()),
    misleading: z.array(z.string()),
    tmpdir: z.string(),
    tmpWritable: z.boolean(),
    tmpFreeMiB: z.number().nullable(),
  }),
  cpus: z.number(),
  memoryLimitMiB: z.number().nullable(),
  software: z.strictObject({
    node: z.string(),
    bsweep: z.string(),
    tensorflow: z.string().nullable(),
    tensorflowProblem: z.string(),
  }),
  folders: z.array(
    z.strictObject({
      path: z.string(),
      purpose: z.enum(["workspace", "mount", "data"]),
      problem: z.string(),
    }),
  ),
  peers: z.array(
    z.strictObject({
      place: z.int(),
      host: z.string(),
      roundTripSeconds: z.number().nullable(),
      clockAheadSeconds: z.number().nullable(),
    }),
  ),
  madeExclusiveFile: z.boolean(),
});

/** @throws BsweepError INVALID_MANIFEST */
export function parseSmokeQuestions(text: string, file: string): SmokeQuestions {
  return parseJson(text, { file }, questionsSchema, {
    code: "INVALID_MANIFEST",
    what: "file of questions",
    hint: "it is written by bsweep smoke; run that again",
  });
}

/** @throws BsweepError INVALID_RESULT */
export function parseSmokeFacts(text: string, file: string): SmokeFacts {
  return parseJson(text, { file }, factsSchema, {
    code: "INVALID_RESULT",
    what: "report of a probe",
    hint: "it is written by bsweep smoke-report; is it another bsweep that runs in the image?",
  });
}
