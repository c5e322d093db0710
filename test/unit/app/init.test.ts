import { existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { draftStudy, writeDrafts, type InitAnswers } from "../../../src/app/init.ts";
import { planStudy } from "../../../src/app/plan.ts";
import { loadSite } from "../../../src/app/site/load-site.ts";
import { DRAFT_SPACES } from "../../../src/formats/draft.ts";
import { parseStudyFile } from "../../../src/formats/study-file.ts";
import { makeTestFolder } from "../../support/folder.ts";
import { makeWorkspace } from "../../support/study-workspace.ts";

function answersFor(folder: string, changes: Partial<InitAnswers> = {}): InitAnswers {
  return {
    file: join(folder, "study.yaml"),
    name: "mine",
    site: "compute1",
    trainer: "cnn",
    space: "small",
    data: "data/digits",
    placement: {},
    ...changes,
  };
}

function draft(changes: Partial<InitAnswers> = {}): { text: string; missing: readonly string[] } {
  const { files, missing } = draftStudy(answersFor(makeTestFolder(), changes));
  expect(files).toHaveLength(1);
  return { text: files[0]?.text ?? "", missing };
}

describe("the study", () => {
  test.each(DRAFT_SPACES)("with the space %s passes plan, comments and all", async (space) => {
    const layout = makeWorkspace();
    const answers = answersFor(layout.workspace, { space });
    writeDrafts(draftStudy(answers).files);
    const plan = await planStudy({ studyFile: answers.file, layout });
    expect(plan.trials).toBe({ small: 16, full: 2880, wide: 13_824 }[space]);
    const text = readFileSync(answers.file, "utf8");
    expect(text).toContain("# Where it runs, and as whom.");
    expect(text).not.toContain("yaml-language-server");
    expect(text).not.toContain("\n\n\n");
  });

  test("of a command needs no data, and takes some", () => {
    const { text } = draft({ trainer: "command", data: null });
    const study = parseStudyFile(text, "study.yaml");
    expect(study).toMatchObject({ data: null, trainer: { kind: "command" } });
    const other = parseStudyFile(draft({ trainer: "command", data: "d" }).text, "study.yaml");
    expect(other.data).toMatchObject({ train: "d" });
  });

  test("holds the answers, and names what the site still wants", () => {
    const { text, missing } = draft({ placement: { userGroup: "compute-lab" } });
    expect(parseStudyFile(text, "s").cluster).toMatchObject({ userGroup: "compute-lab" });
    expect(missing).toEqual(["image"]);
    expect(text).toContain("  # Needed before `bsweep generate`:\n  # image: registry/name@sha256");
    expect(draft({ site: "local" }).missing).toEqual([]);
  });

  test.each(["true", "12", "null", "1e3", "a-b_c.d"])("the name %s is a text", (name) => {
    expect(parseStudyFile(draft({ name }).text, "study.yaml").name).toBe(name);
  });

  test.each(["data: x # y", "it's", '"', "- a", "{{x}}", "ü/💾", "*a"])(
    "the folder %s is read back as it is",
    (data) => {
      expect(parseStudyFile(draft({ data }).text, "study.yaml").data?.train).toBe(data);
    },
  );

  test("an answer that no study may hold is refused before anything is written", () => {
    const folder = makeTestFolder();
    expect(() => draftStudy(answersFor(folder, { name: "a b" }))).toThrow("no valid study file");
    expect(() => draftStudy(answersFor(folder, { data: "a\nstudy: b" }))).toThrow("no valid study");
    expect(() => draftStudy(answersFor(folder, { placement: { queue: "x;y" } }))).toThrow(
      "no valid study file",
    );
    expect(existsSync(join(folder, "study.yaml"))).toBe(false);
  });
});

describe("a site of one's own", () => {
  test("starts from another, and says for every study what was answered", () => {
    const folder = makeTestFolder();
    const placement = { queue: "batch", userGroup: "acct" };
    const report = draftStudy(answersFor(folder, { site: "mine", like: "slurm", placement }));
    writeDrafts(report.files);
    expect(loadSite("mine", folder)).toMatchObject({ scheduler: "slurm", ...placement });
    const study = parseStudyFile(readFileSync(join(folder, "study.yaml"), "utf8"), "study.yaml");
    expect(study.cluster).toMatchObject({ site: "mine" });
    expect(study.cluster.queue).toBeUndefined();
    expect(report.missing).toEqual([]);
  });

  test("may have the name of one that bsweep brings", () => {
    const folder = makeTestFolder();
    const placement = { userGroup: "compute-lab" };
    const answers = answersFor(folder, { like: "compute1", placement });
    writeDrafts(draftStudy(answers).files);
    expect(loadSite("compute1", folder)).toMatchObject({ container: "docker", ...placement });
  });

  test("an unknown one needs to be like another", () => {
    expect(() => draft({ site: "nope" })).toThrow('found site "nope", expected one of: compute1,');
    expect(() => draft({ site: "nope", like: "nor" })).toThrow('found site "nor"');
    expect(() => draft({ site: "../x", like: "slurm" })).toThrow("no valid study file");
  });
});

test("nothing is written over", () => {
  const folder = makeTestFolder();
  mkdirSync(join(folder, "sites"));
  writeFileSync(join(folder, "sites", "mine.yaml"), "extends: lsf\n");
  const report = draftStudy(answersFor(folder, { site: "mine", like: "slurm" }));
  expect(() => writeDrafts(report.files)).toThrow("there already, nothing was written");
  expect(existsSync(join(folder, "study.yaml"))).toBe(false);
  expect(readFileSync(join(folder, "sites", "mine.yaml"), "utf8")).toBe("extends: lsf\n");
});
