import * as z from "zod";
import { CONTAINER_RUNTIMES } from "../core/placement.ts";
import { REQUIRABLE_KEYS, type SchedulerChoice, type Site } from "../core/site.ts";
import { formatJson, invalidDocument, type DocumentKind } from "./issues.ts";
import { integer, name as siteName, placementShape, text } from "./placement-schema.ts";
import { expected } from "./schema-issues.ts";
import { checkYaml, readYaml } from "./yaml-document.ts";

const KIND: DocumentKind = {
  code: "INVALID_SITE",
  what: "site file",
  hint: "docs/site-file.md explains every key; a study's own sites/NAME.yaml wins over bsweep's",
};

/** LSF_DOCKER_VOLUMES is a blank-separated list of `source:target`, so those characters cannot be in a mount. */
const mountSchema = text(
  /^\/[^\s:,\0]*$/u,
  "an absolute path without `:`, `,` or blanks, which Docker's list of volumes cannot carry",
);

const lineSchema = text(/^[^\p{Cc}]+$/u, "one line of text");
const absolutePathSchema = text(/^\/[^\p{Cc}]*$/u, "an absolute path");

/** What a site has that says nothing else. */
export const SITE_DEFAULTS = {
  container: "none",
  maxArraySize: 1000,
  required: [],
  mounts: [],
  containerPath: "/usr/local/bin:/usr/bin:/bin",
  bsweep: "bsweep",
  resultGraceSeconds: 900,
  jobSetup: [],
} as const satisfies Partial<Site>;

/** A site as written, but for its scheduler. No key has its default yet: that of a site it starts from comes first. */
const commonShape = {
  container: z
    .enum(CONTAINER_RUNTIMES, expected(`one of ${CONTAINER_RUNTIMES.join(", ")}`))
    .exactOptional()
    .describe("What starts the elements' container"),
  maxArraySize: integer(1, 1000)
    .exactOptional()
    .describe("Most elements of one job array, and the largest index"),
  required: z
    .array(z.enum(REQUIRABLE_KEYS))
    .exactOptional()
    .describe("Keys that a study must say where the site does not"),
  ...placementShape,
  mounts: z
    .array(mountSchema)
    .exactOptional()
    .describe("Folders that containers see, under the same names"),
  containerPath: lineSchema.exactOptional().describe("PATH inside the container"),
  bsweep: lineSchema.exactOptional().describe("The bsweep program there"),
  resultGraceSeconds: integer(0, 1_000_000)
    .exactOptional()
    .describe("How long an ended element's result may take to show up on the login node"),
  schedulerProfile: absolutePathSchema
    .exactOptional()
    .describe("Shell file that puts the scheduler's commands on PATH, for cron"),
  jobSetup: z
    .array(lineSchema)
    .exactOptional()
    .describe("Shell lines of a job before its container"),
};

const namesOf = (schedulers: readonly SchedulerChoice[]): string =>
  schedulers.map(({ name }) => name).join(", ");

function createSiteSchema(schedulers: readonly SchedulerChoice[]) {
  return z.strictObject({
    extends: siteName()
      .exactOptional()
      .describe("Site to start from; the keys beside it replace its own"),
    scheduler: z
      .enum(
        schedulers.map(({ name }) => name),
        expected(`one of ${namesOf(schedulers)}`),
      )
      .exactOptional()
      .describe("What runs the job arrays"),
    ...commonShape,
  });
}

/**
 * Reads a site file (YAML).
 * @param named its name, which the file does not repeat, and the file, for messages
 * @param schedulers those it may name
 * @param loadBase reads the site that this one names under `extends`
 * @throws BsweepError INVALID_SITE with every issue and its line
 */
export function parseSiteFile(
  text: string,
  { name, file }: Pick<Site, "name" | "file">,
  schedulers: readonly SchedulerChoice[],
  loadBase: (name: string) => Site,
): Site {
  const document = readYaml(text, file, KIND);
  const { extends: parent, ...written } = checkYaml(document, createSiteSchema(schedulers), KIND);
  const base = parent === undefined ? undefined : loadBase(parent);
  const { scheduler, ...site } = { ...SITE_DEFAULTS, ...base, ...written };
  if (scheduler === undefined) {
    const message = `found nothing, expected one of ${namesOf(schedulers)}; or \`extends\`, the site to start from`;
    throw invalidDocument(file, KIND, [document.issueAt(["scheduler"], message)]);
  }
  const { containers = [] } = schedulers.find((each) => each.name === scheduler) ?? {};
  if (!containers.includes(site.container)) {
    const message = `found ${site.container}, which nothing starts on ${scheduler}; expected one of ${containers.join(", ")}`;
    throw invalidDocument(file, KIND, [document.issueAt(["container"], message)]);
  }
  return { ...site, name, file, lineage: [name, ...(base?.lineage ?? [])], scheduler };
}

/** The text of templates/site.schema.json, the JSON schema of site files for editors. */
export function formatSiteJsonSchema(schedulers: readonly SchedulerChoice[]): string {
  return formatJson(z.toJSONSchema(createSiteSchema(schedulers), { io: "input" }));
}
