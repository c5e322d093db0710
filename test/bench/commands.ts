import { mkdirSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { builtProgram } from "../../src/workspace/package.ts";
import { lowerQuartile, printFigure, tell } from "./figure.ts";
import { interleave, measure } from "./process.ts";

const ROUNDS = 11;
const LOCAL_ROUNDS = 3;
const TRIALS = 50;

/** Trials that take a hundredth of a second, and hardly any of it the processor's. */
const STUDY = `
study: short
objective: { metric: value, direction: minimize }
trainer: { command: [sh, -c, 'sleep 0.01; echo "{\\"metrics\\":{\\"value\\":$1}}" > "$BSWEEP_RESULT"', sh, "{{x}}"] }
space: { x: { low: 0, high: 1 } }
sampler: { kind: random, trials: ${TRIALS}, seed: 1 }
`;

/**
 * Processor time of whole processes and all that they start, beside a Node that does nothing: `bsweep local` with its
 * start and end for each of its trials, `--help`, and `status` of that study, all of it collected before.
 */
export async function benchCommands(folder: string): Promise<void> {
  const workspace = join(folder, "workspace");
  mkdirSync(workspace);
  const study = join(folder, "short.yaml");
  writeFileSync(study, STUDY);
  const cpu = async (...words: readonly string[]): Promise<number> =>
    (await measure([process.execPath, ...words], { BSWEEP_WORKSPACE: workspace })).cpu;
  const bsweep = (...words: readonly string[]): Promise<number> =>
    cpu(builtProgram("main.js"), ...words);
  const node = (): Promise<number> => cpu("--eval", "0");
  const local = async (): Promise<number> => {
    for (const name of ["jobs", "results"])
      rmSync(join(workspace, name), { recursive: true, force: true });
    return (await bsweep("local", study)) / TRIALS;
  };
  tell(`commands: ${TRIALS} trials, ${LOCAL_ROUNDS} times over`);
  printBeside("local.trial", await interleave({ bsweep: local, node }, LOCAL_ROUNDS));
  printBeside("help", await interleave({ bsweep: () => bsweep("--help"), node }, ROUNDS));
  const status = (): Promise<number> => bsweep("status", study);
  await status();
  printBeside("status.small", await interleave({ bsweep: status, node }, ROUNDS));
}

function printBeside(
  name: string,
  seconds: Readonly<Record<"bsweep" | "node", readonly number[]>>,
): void {
  const [value, baseline] = [lowerQuartile(seconds.bsweep), lowerQuartile(seconds.node)];
  printFigure({ name: `${name}.node`, value, unit: "s", baseline });
}
