import * as z from "zod";
import { PROBE_KINDS, type SmokeFacts, type SmokeQuestions } from "../core/smoke.ts";
import { parseJson } from "./issues.ts";

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
