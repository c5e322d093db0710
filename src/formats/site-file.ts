import * as z from "zod";
import { dropAbsent } from "../core/objects.ts";
import { CONTAINER_RUNTIMES } from "../core/placement.ts";
import { REQUIRABLE_KEYS, SCHEDULERS, type Site } from "../core/site.ts";
import type { DocumentKind } from "./issues.ts";
import { integer, placementShape } from "./placement-schema.ts";
import { expected } from "./schema-issues.ts";
import { checkYaml, readYaml, throwIssues } from "./yaml-document.ts";

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

/** LSF_DOCKER_VOLUMES is a blank-separated list of `source:target`, so those characters cannot be in a mount. */
const mountSchema = matching(
  /^\/[^\s:,\0]*$/u,
  "an absolute path without `:`, `,` or blanks, which Docker's list of volumes cannot carry",
);

const lineSchema = matching(/^[^\p{Cc}]+$/u, "one line of text");
const absolutePathSchema = matching(/^\/[^\p{Cc}]*$/u, "an absolute path");

const siteSchema = z.strictObject({
  scheduler: z.enum(SCHEDULERS, expected(`one of ${SCHEDULERS.join(", ")}`)),
  container: z
    .enum(CONTAINER_RUNTIMES, expected(`one of ${CONTAINER_RUNTIMES.join(", ")}`))
    .optional(),
  maxArraySize: integer(1, 1000).default(1000),
  required: z.array(z.enum(REQUIRABLE_KEYS)).default([]),
  ...placementShape,
  mounts: z.array(mountSchema).default([]),
  containerPath: lineSchema.default("/usr/local/bin:/usr/bin:/bin"),
  bsweep: lineSchema.default("bsweep"),
  resultGraceSeconds: integer(0, 1_000_000).default(900),
  schedulerProfile: absolutePathSchema.optional(),
  jobSetup: z.array(lineSchema).default([]),
});

/**
 * Reads a site file (YAML).
 * @param name the site's name; the file does not repeat it
 * @param file the file, for messages
 * @throws BsweepError INVALID_SITE with every issue and its line
 */
export function parseSiteFile(text: string, name: string, file: string): Site {
  const document = readYaml(text, file, KIND);
  const { container, ...written } = checkYaml(document, siteSchema, KIND);
  const isDocker = container === "docker";
  if (isDocker && written.scheduler !== "lsf") {
    const message = `found docker, which LSF's wrapper starts, on ${written.scheduler}; expected pyxis, apptainer, charliecloud or none`;
    throwIssues(document, [document.issueAt(["container"], message)], KIND);
  }
  return {
    name,
    file,
    container: container ?? "none",
    ...dropAbsent(written),
  };
}
