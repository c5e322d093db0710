import fc from "fast-check";
import { existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { stringify, parse } from "yaml";
import { generateRound } from "../../../src/app/generate.ts";
import { planStudy } from "../../../src/app/plan.ts";
import { BsweepError } from "../../../src/core/errors.ts";
import { createLayout, manifestName } from "../../../src/workspace/layout.ts";
import { runBsweep } from "../../support/bsweep-process.ts";
import { CONTROLS, HOSTILE_NAMES, Trap } from "../../support/hostile.ts";
import { recordEffects } from "../../support/prepare.ts";

/** What no file name could be is a value too. */
const VALUES = [
  ...HOSTILE_NAMES,
  ...CONTROLS,
  "</td><script>x</script>",
  "=cmd|'/c calc'!A1",
  "@x",
  "🙂",
];
/** Controls that a terminal would obey. */
const OBEYED = /[\u0000-\u0008\u000b-\u001f\u007f-\u009f]/;

/** Notes its argument and tells everything hostile on its way; every third trial fails. */
const TRAINER = `printf '%s' "$1" > "seen/$2"
printf '%s\\n' "$1" >&2; printf '%s\\n' "$1"
if [ $(($2 % 3)) = 0 ]; then exit 3; fi
printf '{"metrics":{"score":%s}}' "$2" > "$0"`;

test("values of parameters reach the trainer and the reports as they are, and are obeyed nowhere", async () => {
  const trap = new Trap();
  const workspace = join(trap.folder, "w");
  mkdirSync(join(workspace, "sites"), { recursive: true });
  mkdirSync(join(workspace, "seen"));
  writeFileSync(join(workspace, "sites", "own.yaml"), "scheduler: lsf\n");
  const study = {
    study: "s",
    objective: { metric: "score", direction: "maximize" },
    trainer: { command: ["bash", "-c", TRAINER, "{{result}}", "{{text}}", "{{place}}"] },
    space: { text: VALUES, place: { low: 0, high: 0, step: 1 } },
    cluster: { site: "own", concurrencyLimit: 8 },
    resources: { cpus: 1, memory: "1GB", walltime: "10m", trialsPerElement: 100 },
  };
  // Each value once, under its own number.
  const space = VALUES.map((_, place) => ({ values: [place], when: { text: VALUES[place] } }));
  const places = Object.fromEntries(space.map((entry, place) => [`place${place}`, entry]));
  const command = [...study.trainer.command.slice(0, 5)];
  const studyFile = join(workspace, "study.yaml");
  writeFileSync(
    studyFile,
    stringify({
      ...study,
      trainer: { command: [...command, ...VALUES.map((_, place) => `{{place${place}}}`)] },
      space: { text: VALUES, ...places },
    }),
  );
  const layout = createLayout(workspace);
  await generateRound({ studyFile, layout, overwrite: false }, recordEffects());
  const run = async (...args: readonly string[]) => {
    const end = await runBsweep([...args, `--workspace=${workspace}`], {
      env: { BSWEEP_WORKSPACE: workspace },
    });
    expect([args, end.exitStatus, end.exitStatus === 0 ? "" : end.stderr]).toEqual([args, 0, ""]);
    return end.stdout;
  };
  const manifest = join(layout.round("s", 1), manifestName(1));
  await run("trial", "--manifest", manifest, "--index", "1");
  for (const [place, value] of VALUES.entries())
    expect(readFileSync(join(workspace, "seen", String(place)), "utf8")).toBe(value);

  await run("collect", studyFile);
  for (const args of [
    ["plan", studyFile],
    ["report", studyFile],
    ["report", studyFile, "--format=csv"],
    ["best", studyFile],
  ])
    if (!args.includes("--format=csv"))
      expect([args, OBEYED.exec(await run(...args))]).toEqual([args, null]);
  const report = JSON.parse(await run("report", studyFile, "--format=json", "--top=100")) as {
    ranking: { params: { text: string } }[];
    counts: object;
  };
  const complete = VALUES.filter((_, place) => place % 3 !== 0);
  expect(report.ranking.map(({ params }) => params.text).sort()).toEqual([...complete].sort());
  expect(report.counts).toMatchObject({ planned: VALUES.length, complete: complete.length });
  const best = complete.at(-1);
  expect(parse(await run("best", studyFile))).toMatchObject({ trainer: { set: { text: best } } });
  // A spreadsheet takes no cell for a formula.
  expect(await run("report", studyFile, "--format=csv")).not.toMatch(/(?:^|,)"?[=@]/m);
  trap.expectUnsprung(workspace);
});

test("a study, parameter, site or metric of a hostile name is refused, or planned as what it is", async () => {
  const trap = new Trap();
  const name = fc.constantFrom(
    ...HOSTILE_NAMES,
    ...CONTROLS,
    "../../etc",
    ".",
    "..",
    "__proto__",
    "constructor",
  );
  const place = fc.constantFrom("study", "space", "site", "metric", "set", "train");
  await fc.assert(
    fc.asyncProperty(name, place, async (text, where) => {
      const workspace = join(trap.folder, "p");
      mkdirSync(workspace, { recursive: true });
      const studyFile = join(workspace, "study.yaml");
      const study = {
        study: where === "study" ? text : "s",
        objective: { metric: where === "metric" ? text : "score", direction: "maximize" },
        trainer: { command: ["true"], set: where === "set" ? { [text]: 1 } : {} },
        ...(where === "train" ? { data: { train: text } } : {}),
        space: { [where === "space" ? text : "x"]: [1, 2] },
        cluster: { site: where === "site" ? text : "local" },
        resources: { cpus: 1, memory: "1GB", walltime: "10m" },
      };
      writeFileSync(studyFile, stringify(study));
      try {
        const report = await planStudy({ studyFile, layout: createLayout(workspace) });
        expect(report.study).toBe(study.study);
        // What is a plain name is no danger; a metric may be called anything of one line.
        expect(where === "metric" ? !/[\r\n]/.test(text) : /^[\w.-]+$/.test(text)).toBe(true);
      } catch (error) {
        if (!(error instanceof BsweepError)) throw error;
        expect(error.exitStatus).toBeGreaterThan(1);
      }
      expect(existsSync(join(workspace, "jobs"))).toBe(false);
    }),
    { numRuns: 150 },
  );
  trap.expectUnsprung();
});
