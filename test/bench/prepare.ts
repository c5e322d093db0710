import { readFileSync, rmSync } from "node:fs";
import { join } from "node:path";
import { writeExampleDigits } from "../../src/app/example-digits.ts";
import { builtProgram } from "../../src/workspace/package.ts";
import { preparePython, TEST_PYTHON } from "../support/python/environment.ts";
import { lowerQuartile, printFigure, tell } from "./figure.ts";
import { interleave, measure, type Spent } from "./process.ts";

const ROUNDS = 5;
const ROWS = 60_000;

/**
 * Whole processes that pack MNIST's training digits: `bsweep prepare`, beside pandas (CSV) and NumPy (npz), which write the same bytes
 * and also hash, look at what they pack and sync. Wall and processor time.
 */
export async function benchPrepare(folder: string): Promise<void> {
  const python = await preparePython(TEST_PYTHON, tell);
  const peer = join(import.meta.dirname, "peers", "pandas_prepare.py");
  const program = builtProgram("main.js");
  const bsweep = (from: string, to: string): Promise<Spent> =>
    measure([process.execPath, program, "prepare", "--from", from, "--to", to], {
      BSWEEP_WORKSPACE: folder,
    });
  const csv = join(folder, "train.csv");
  const npz = join(folder, "mnist.npz");
  writeExampleDigits({ path: csv, rows: ROWS });
  await bsweep(csv, "packed");
  await measure([python, peer, "make-npz", join(folder, "packed"), npz]);
  for (const [form, file] of [
    ["csv", csv],
    ["npz", npz],
  ] as const) {
    tell(`prepare: ${ROWS} digits as ${form}, ${ROUNDS} times`);
    const spent: Record<"bsweep" | "python", Spent[]> = { bsweep: [], python: [] };
    const keep = async (name: "bsweep" | "python", run: Promise<Spent>): Promise<number> => {
      const found = await run;
      spent[name].push(found);
      return found.wall;
    };
    const anew = (name: string): string => {
      const made = join(folder, name);
      rmSync(made, { recursive: true, force: true });
      return made;
    };
    const programs = {
      bsweep: () => keep("bsweep", bsweep(file, anew(`as-${form}`))),
      python: () => keep("python", measure([python, peer, "whole", form, file, anew("python")])),
    };
    await interleave(programs, ROUNDS);
    requireSame(join(folder, `as-${form}`), join(folder, "python"));
    for (const [name, of] of [
      [`prepare.${form}.python`, ({ wall }: Spent) => wall],
      [`prepare.${form}.python.cpu`, ({ cpu }: Spent) => cpu],
    ] as const) {
      const [value, baseline] = [spent.bsweep, spent.python].map((runs) =>
        lowerQuartile(runs.map(of)),
      );
      printFigure({ name, value: value ?? NaN, unit: "s", baseline: baseline ?? NaN });
    }
  }
}

function requireSame(one: string, other: string): void {
  for (const name of ["images.bin", "labels.bin"])
    if (!readFileSync(join(one, name)).equals(readFileSync(join(other, name))))
      throw new Error(`${join(one, name)} is not what Python wrote`);
}
