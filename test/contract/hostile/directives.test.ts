import fc from "fast-check";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { BsweepError } from "../../../src/core/errors.ts";
import type { Site } from "../../../src/core/site.ts";
import type { StudyCluster } from "../../../src/core/study.ts";
import { CONTROLS, HOSTILE_NAMES } from "../../support/hostile.ts";
import { IS_LONG } from "../../support/interruptions/chance.ts";
import { readDirectives } from "../../support/lsf/grammar/directives.ts";
import { renderRound } from "../../support/round-inputs.ts";
import { spawnSync } from "../../support/programs.ts";

const RUNS = { numRuns: IS_LONG ? 5000 : 100 };

/** Pieces of text that end words, quotes, lines, directives or commands. */
const PIECES = [
  ...HOSTILE_NAMES.filter((name) => name.length < 100),
  ...CONTROLS,
  ...[
    "'",
    '"',
    "\\",
    "#",
    "%",
    "$",
    "${HOME}",
    "`",
    "\n#BSUB -q closed\n",
    "\r",
    "\0",
    " ",
    "]",
    "[1-9]",
  ],
  ...['" -q closed "', "' -q closed '", ") -q closed", ",", ":", "\u2028", "a", "lab"],
];
const hostileText = fc
  .array(fc.oneof(fc.constantFrom(...PIECES), fc.string({ maxLength: 5 })), {
    minLength: 1,
    maxLength: 5,
  })
  .map((pieces) => pieces.join(""));

/** The rendered job file and submit.sh; null when bsweep refuses, with an error that says what and why. */
function renderOr(options: Parameters<typeof renderRound>[0]) {
  try {
    const files = renderRound({ ...options, elements: [3] });
    return { job: files[0]?.text ?? "", submit: files.at(-1)?.text ?? "" };
  } catch (error) {
    if (!(error instanceof BsweepError)) throw error;
    expect(error.message.length).toBeGreaterThan(10);
    return null;
  }
}

/** The words before the first command, as bash reads the lines `name=value`. */
function readAssignment(script: string, name: string): string {
  const line = script.split("\n").find((text) => text.startsWith(`${name}=`)) ?? "false";
  const { stdout } = spawnSync("bash", ["-c", `${line}; printf '%s' "$${name}"`]);
  return stdout;
}

describe("whatever a workspace is called", () => {
  const mounts = ["/storage"];

  test("LSF reads the very path, and no option more; or it is refused", () => {
    const plain = readDirectives(
      renderOr({ workspace: "/storage/plain", site: { mounts } })?.job ?? "",
    );
    fc.assert(
      fc.property(hostileText, (name) => {
        const workspace = join("/storage", name.replaceAll("/", "|"), "w");
        const rendered = renderOr({ workspace, site: { mounts } });
        if (rendered === null) return;
        const logs = `${workspace}/jobs/digits-grid/round-001/logs`;
        const expected = plain.map((word) =>
          word.replace("/storage/plain/jobs/digits-grid/round-001/logs", () => logs),
        );
        expect(readDirectives(rendered.job)).toEqual(expected);
      }),
      RUNS,
    );
  });

  test("bash reads the very path, and runs nothing", () => {
    fc.assert(
      fc.property(hostileText, (name) => {
        const workspace = join("/storage", name.replaceAll("/", "|"), "w");
        const rendered = renderOr({ workspace, site: { mounts } });
        if (rendered === null) return;
        for (const script of [rendered.job, rendered.submit])
          expect(readAssignment(script, "workspace")).toBe(workspace);
      }),
      { numRuns: IS_LONG ? 500 : 40 },
    );
  });
});

describe("whatever a study or a site says", () => {
  const text = (key: keyof StudyCluster) => (value: string) => ({ cluster: { [key]: value } });
  const list = (key: "hosts" | "excludeHosts") => (value: string) => ({
    cluster: { [key]: [value] },
  });
  const site = (key: keyof Site) => (value: string) => ({ site: { [key]: value } });
  type Change = { readonly cluster?: Partial<StudyCluster>; readonly site?: Partial<Site> };

  test.each<readonly [string, (value: string) => Change]>([
    ["queue", text("queue")],
    ["userGroup", text("userGroup")],
    ["serviceClass", text("serviceClass")],
    ["hostModel", text("hostModel")],
    ["image", text("image")],
    ["jobGroup", text("jobGroup")],
    ["hosts", list("hosts")],
    ["excludeHosts", list("excludeHosts")],
    ["bsweep", site("bsweep")],
    ["containerPath", site("containerPath")],
    ["schedulerProfile", (value) => ({ site: { schedulerProfile: `/${value}` } })],
  ])("%s stays one value, or is refused", (key, change) => {
    const shape = (job: string): number => readDirectives(job).length;
    const plainValue = key === "jobGroup" ? "/me" : "lab";
    const plain = renderOr({ workspace: "/storage/w", ...change(plainValue) });
    fc.assert(
      fc.property(hostileText, (value) => {
        const rendered = renderOr({ workspace: "/storage/w", ...change(value) });
        if (rendered === null) return;
        expect(shape(rendered.job)).toBe(shape(plain?.job ?? ""));
        // As many lines: nothing has broken out of its own.
        expect(rendered.job.split("\n")).toHaveLength(plain?.job.split("\n").length ?? 0);
        expect(rendered.submit.split("\n")).toHaveLength(plain?.submit.split("\n").length ?? 0);
      }),
      RUNS,
    );
  });
});
