// Leaves V8's code of the programs in dist/ beside them (load-program.mjs): of those functions that run when an element
// does, and when people ask what they ask most.
import { createRequire } from "node:module";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { codeFileOf, loadProgram } from "./load-program.mjs";

const STUDY = `
study: compiled
objective: { metric: value, direction: minimize }
trainer: { command: [sh, -c, 'echo "{\\"metrics\\":{\\"value\\":0}}" > "$BSWEEP_RESULT"'] }
space: { x: { values: [1, 2] } }
`;
const COMMANDS = [["--help"], ["status", "study.yaml"], ["local", "study.yaml"]];

const folder = mkdtempSync(join(tmpdir(), "bsweep-build-"));
try {
  process.chdir(folder);
  writeFileSync("study.yaml", STUDY);
  const [job, cli] = ["job-program.js", "run.js"].map(load);
  await run(cli.exports.runCli(["generate", "study.yaml"]));
  const manifest = "jobs/compiled/round-001/array-01.trials.jsonl";
  await run(job.exports.runJobProgram(["trial", "--manifest", manifest, "--index", "1"]));
  for (const words of COMMANDS) await run(cli.exports.runCli(words));
  for (const { file, script } of [job, cli])
    writeFileSync(codeFileOf(file), script.createCachedData());
} finally {
  rmSync(folder, { recursive: true, force: true });
}

function load(name) {
  const file = join(import.meta.dirname, "../dist", name);
  return { file, ...loadProgram(file, createRequire(file)) };
}

async function run(status) {
  if ((await status) !== 0) throw new Error("a built program does not do its work");
}
