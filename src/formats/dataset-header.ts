import * as z from "zod";
import {
  type DatasetHeader,
  type PackedFile,
  ROW_HASH_DIGITS,
  SAMPLED_ROWS,
} from "../core/dataset.ts";
import { canonicalJson } from "../core/canonical-json.ts";
import { sha256 } from "../core/identity.ts";
import { formatJson, jsonReader } from "./issues.ts";

/** Labels are one byte each. */
export const MAX_CLASSES = 256;

const size = z.int().min(1);

/** A bare name: a header can never point outside its own folder. */
export const packedFileSchema: z.ZodType<PackedFile> = z.strictObject({
  file: z.string().regex(/^[A-Za-z0-9_][A-Za-z0-9._-]*$/),
  bytes: z.int().min(0),
  sha256: z.string().regex(/^[0-9a-f]{64}$/),
});

const pixel = z.int().min(0).max(255);

const seenSchema = z.strictObject({
  darkest: pixel,
  brightest: pixel,
  rows: z.string().regex(new RegExp(`^(?:[0-9a-f]{${ROW_HASH_DIGITS}}){1,${SAMPLED_ROWS}}$`)),
});

const headerSchema: z.ZodType<DatasetHeader> = z
  .strictObject({
    schemaVersion: z.literal(1),
    count: size,
    height: size,
    width: size,
    channels: size,
    classes: z.int().min(0).max(MAX_CLASSES),
    classCounts: z.array(z.int().min(0)),
    classNames: z.array(z.string().min(1)).optional(),
    images: packedFileSchema,
    labels: packedFileSchema.nullable(),
    digest: z.string().regex(/^sha256:[0-9a-f]{64}$/),
    seen: seenSchema.optional(),
  })
  .superRefine((header, context) => {
    const refuse = (path: string[], message: string): void =>
      context.addIssue({ code: "custom", path, message });
    const expectSame = <T extends number | string>(path: string[], found: T, expected: T): void => {
      if (found !== expected) refuse(path, `found ${found}, expected ${expected}`);
    };
    const { count, height, width, channels, labels, classes, classCounts } = header;
    expectSame(["images", "bytes"], header.images.bytes, count * height * width * channels);
    if (labels !== null) expectSame(["labels", "bytes"], labels.bytes, count);
    if ((labels === null) !== (classes === 0))
      refuse(["classes"], `found ${classes}, expected labels and classes together`);
    expectSame(["classCounts", "length"], classCounts.length, classes);
    const { classNames } = header;
    if (classNames !== undefined) {
      expectSame(["classNames", "length"], classNames.length, classes);
      if (new Set(classNames).size < classNames.length)
        refuse(["classNames"], "found a name twice, expected each once");
    }
    const labelled = classCounts.reduce((sum, rows) => sum + rows, 0);
    if (labels !== null) expectSame(["classCounts"], `a sum of ${labelled}`, `a sum of ${count}`);
    expectSame(["digest"], header.digest, computeDatasetDigest(header));
  });

/**
 * Reads a `dataset.json`: its form, and that sizes, class counts and digest agree with one another.
 * @throws BsweepError INVALID_DATA with every issue
 */
export const parseDatasetHeader = jsonReader(headerSchema, {
  code: "INVALID_DATA",
  what: "data set header",
  hint: "it is written by bsweep prepare; prepare the data set again with --force",
});

export const formatDatasetHeader: (header: DatasetHeader) => string = formatJson;

/** The data set's identity: `sha256:` and SHA-256 over canonical JSON of shape and content. */
export function computeDatasetDigest(header: Omit<DatasetHeader, "digest">): string {
  const { height, width, channels, classes, count, images, labels } = header;
  const content = {
    ...{ height, width, channels, classes, count },
    images: images.sha256,
    labels: labels?.sha256 ?? null,
  };
  return `sha256:${sha256(canonicalJson(content))}`;
}
