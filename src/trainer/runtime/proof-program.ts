/**
 * Loads TensorFlow, multiplies two matrices and prints a `Proof` as JSON. A process of its own, because a
 * native library that does not fit the machine may end the process that loads it.
 */
import { messageOf } from "../../core/errors.ts";
import { loadTensorFlow } from "./load.ts";
import { bindingOf } from "./native.ts";
import type { Proof } from "./proof.ts";

process.stdout.write(`${JSON.stringify(await multiply())}\n`);

async function multiply(): Promise<Proof> {
  try {
    const tf = await loadTensorFlow({ threads: 1 });
    const left = tf.tensor2d([1, 2, 3, 4], [2, 2]);
    const right = tf.tensor2d([5, 6, 7, 8], [2, 2]);
    const product = [...tf.matMul(left, right).dataSync()].join(" ");
    if (product !== "19 22 43 50") return { works: false, reason: `wrong product: ${product}` };
    return { works: true, tensorflow: bindingOf(tf).TF_Version };
  } catch (error) {
    return { works: false, reason: messageOf(error) };
  }
}
