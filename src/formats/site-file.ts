import * as z from "zod";
import type { Site } from "../core/site.ts";
import type { DocumentKind } from "./issues.ts";
import { checkYaml, readYaml } from "./yaml-document.ts";

const KIND: DocumentKind = {
  code: "INVALID_SITE",
  what: "site file",
  hint: "templates/sites/compute1.yaml explains every key; a study's own sites/NAME.yaml wins over it",
};

/** A schema refinement that says what was found. */
function matching(pattern: RegExp, expected: string) {
  return z.string().regex(pattern, {
    error: ({ input }) => `found ${JSON.stringify(input)}, expected ${expected}`,
  });
}

const nameSchema = matching(/^[A-Za-z0-9][A-Za-z0-9._-]*$/, "letters, digits, `.`, `_` or `-`");

/** A Docker image reference; it stands in `docker(...)`, so it may hold no blank, quote or parenthesis. */
export const imageSchema = matching(/^[A-Za-z0-9][A-Za-z0-9._:/@-]*$/, "a Docker image reference");

/** LSF_DOCKER_VOLUMES is a blank-separated list of `source:target`, so those characters cannot be in a mount. */
const mountSchema = matching(
  /^\/[^\s:,\0]*$/u,
  "an absolute path without `:`, `,` or blanks, which Docker's list of volumes cannot carry",
);

const lineSchema = matching(/^[^\p{Cc}]+$/u, "one line of text");
const absolutePathSchema = matching(/^\/[^\p{Cc}]*$/u, "an absolute path");

const siteSchema = z.strictObject({
  scheduler: z.enum(["lsf", "local"]),
  maxArraySize: z.int().min(1).max(1000).default(1000),
  queue: nameSchema.optional(),
  userGroup: nameSchema.optional(),
  image: imageSchema.optional(),
  mounts: z.array(mountSchema).default([]),
  containerPath: lineSchema.default("/usr/local/bin:/usr/bin:/bin"),
  bsweep: lineSchema.default("bsweep"),
  resultGraceSeconds: z.int().min(0).default(900),
  schedulerProfile: absolutePathSchema.optional(),
});

/**
 * Reads a site file (YAML).
 * @param name the site's name; the file does not repeat it
 * @param file the file, for messages
 * @throws BsweepError INVALID_SITE with every issue and its line
 */
export function parseSiteFile(text: string, name: string, file: string): Site {
  const { queue, userGroup, image, schedulerProfile, ...rest } = checkYaml(
    readYaml(text, file, KIND),
    siteSchema,
    KIND,
  );
  return {
    name,
    file,
    ...rest,
    ...(queue === undefined ? {} : { queue }),
    ...(userGroup === undefined ? {} : { userGroup }),
    ...(image === undefined ? {} : { image }),
    ...(schedulerProfile === undefined ? {} : { schedulerProfile }),
  };
}
