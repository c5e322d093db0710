import * as z from "zod";
import { jsonReader, type Read } from "./issues.ts";

const questionsSchema = z.strictObject({
  schemaVersion: z.literal(1),
  /** As the study says them; what a probe sees may be more. */
  cpus: z.int().min(1),
  memoryMiB: z.int().min(1),
  /** Folders that the containers are to see. */
  mounts: z.array(z.string()),
  /** Folder of the packed data set, absolute; null for none. */
  data: z.string().nullable(),
  /** Whether trials use the built-in trainer, which needs TensorFlow. */
  tensorflow: z.boolean(),
  /** Longest that the probes of a pool wait for each other. */
  peerSeconds: z.number().min(0),
});

/** What a trial run of a site asks of each of its probes: a JSON file beside the round. */
export type SmokeQuestions = Read<z.output<typeof questionsSchema>>;

export const PROBE_KINDS = ["array", "pool"] as const;
export type ProbeKind = (typeof PROBE_KINDS)[number];

const folderSchema = z.strictObject({
  path: z.string(),
  purpose: z.enum(["workspace", "mount", "data"]),
  /** Why it cannot be used; "" when it can. */
  problem: z.string(),
});

const peerSchema = z.strictObject({
  place: z.int(),
  /** "" for one that never answered. */
  host: z.string(),
  /** From writing a file to seeing the answer to it; null for one that never answered. */
  roundTripSeconds: z.number().nullable(),
  /** Its clock against this host's: positive when it is ahead. */
  clockAheadSeconds: z.number().nullable(),
});

const factsSchema = z.strictObject({
  schemaVersion: z.literal(1),
  kind: z.enum(PROBE_KINDS),
  /** Element, from 1. */
  place: z.int().min(1),
  host: z.string(),
  /** The scheduler's job id; "" outside one. */
  job: z.string(),
  /** Milliseconds since 1970 by the clock of the host; null where it is not known. */
  times: z.strictObject({
    jobStarted: z.number().nullable(),
    probeStarted: z.number(),
    written: z.number(),
  }),
  /** The file server's clock against the host's: positive when it is ahead. Includes how long a file takes to appear. */
  serverAheadSeconds: z.number(),
  user: z.strictObject({
    uid: z.number(),
    /** Null without an entry in passwd. */
    name: z.string().nullable(),
    home: z.string(),
    homeWritable: z.boolean(),
  }),
  environment: z.strictObject({
    path: z.string(),
    /** The variables that tell elements apart, those that are set. */
    scheduler: z.record(z.string(), z.string()),
    /** Variables that mislead programs in a container, those that are set. */
    misleading: z.array(z.string()),
    tmpdir: z.string(),
    tmpWritable: z.boolean(),
    tmpFreeMiB: z.number().nullable(),
  }),
  cpus: z.number(),
  /** Of the control group; null where there is none, or it cannot be read. */
  memoryLimitMiB: z.number().nullable(),
  software: z.strictObject({
    node: z.string(),
    bsweep: z.string(),
    /** Null when it was not asked for, or does not work. */
    tensorflow: z.string().nullable(),
    /** Why not; "" for nothing to tell. */
    tensorflowProblem: z.string(),
  }),
  folders: z.array(folderSchema),
  /** Of a pool: what came of asking the other tasks through files. */
  peers: z.array(peerSchema),
  /** Of a pool: whether this probe made the file that only one of them may make. */
  madeExclusiveFile: z.boolean(),
});

/** What one probe found where it ran. */
export type SmokeFacts = Read<z.output<typeof factsSchema>>;
export type FolderFacts = SmokeFacts["folders"][number];
export type PeerFacts = SmokeFacts["peers"][number];

/** @throws BsweepError INVALID_MANIFEST */
export const parseSmokeQuestions = jsonReader(questionsSchema, {
  code: "INVALID_MANIFEST",
  what: "file of questions",
  hint: "it is written by bsweep smoke; run that again",
});

/** @throws BsweepError INVALID_RESULT */
export const parseSmokeFacts = jsonReader(factsSchema, {
  code: "INVALID_RESULT",
  what: "report of a probe",
  hint: "it is written by bsweep smoke-report; is it another bsweep that runs in the image?",
});
