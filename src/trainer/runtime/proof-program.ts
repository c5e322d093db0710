/**
 * Loads TensorFlow, multiplies two matrices and prints what it found as JSON. A process of its own, because a
 * native library that does not fit the machine may end the process that loads it.
 */
import { join } from "node:path";
import { messageOf } from "../../core/errors.ts";
import { buildOf } from "./libraries.ts";
import { bindingOf, loadTensorFlow } from "./load.ts";
import type { PrintedProof } from "./proof.ts";
import { findTfjsPackage } from "./tfjs-package.ts";

process.stdout.write(`${JSON.stringify(multiply())}\n`);

function multiply(): PrintedProof {
  try {
    const tf = loadTensorFlow({ threads: 1, notes: true });
    const left = tf.tensor2d([1, 2, 3, 4], [2, 2]);
    const right = tf.tensor2d([5, 6, 7, 8], [2, 2]);
    const product = [...tf.matMul(left, right).dataSync()].join(" ");
    if (product !== "19 22 43 50") return { works: false, reason: `wrong product: ${product}` };
    const binding = bindingOf(tf);
    const lib = join(findTfjsPackage()?.folder ?? "", "deps", "lib");
    return {
      works: true,
      tensorflow: binding.TF_Version,
      build: buildOf(join(lib, "libtensorflow_framework.so")),
      onGpu: binding.isUsingGpuDevice(),
    };
  } catch (error) {
    return { works: false, reason: messageOf(error) };
  }
}
