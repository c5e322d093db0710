import { join } from "node:path";
import { findExampleDigits } from "../../src/app/example-digits.ts";
import { builtProgram } from "../../src/workspace/package.ts";
import { runProcess } from "./process.ts";

/** MNIST's 60,000 training digits as a packed data set in a folder of `parent`; gives that folder. */
export async function packDigits(parent: string): Promise<string> {
  const { images, labels } = findExampleDigits();
  const folder = join(parent, "digits");
  const source = ["--images", images, "--labels", labels];
  await runProcess(process.execPath, [
    builtProgram("main.js"),
    "prepare",
    ...source,
    "--to",
    folder,
  ]);
  return folder;
}
