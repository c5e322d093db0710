import { randomBytes } from "node:crypto";
import { rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { onTestFinished } from "vitest";
import type { Tensor } from "@tensorflow/tfjs-node";
import { randomFor } from "../../src/core/random.ts";
import type { Graph, Signature } from "../../src/trainer/graph/graph.ts";
import { type Feed, Session } from "../../src/trainer/graph/session.ts";
import { type Tf, bindingOf, type Fetched } from "../../src/trainer/runtime/load.ts";

/** The graph in a session of the running test's own, closed and removed when the test ends. */
export function openSession(tf: Tf, graph: Graph): Session {
  const folder = join(tmpdir(), `bsweep-test-graph-${randomBytes(6).toString("hex")}`);
  const session = new Session(bindingOf(tf), graph, folder);
  onTestFinished(() => {
    session.close();
    rmSync(folder, { recursive: true, force: true });
  });
  return session;
}

/** Runs a graph that is asked one thing only. */
export function runOnce(
  tf: Tf,
  graph: Graph,
  inputs: Signature["inputs"],
  outputs: Signature["outputs"],
  feeds: Readonly<Record<string, Feed>>,
): Readonly<Record<string, Fetched>> {
  graph.signatures.set("run", { inputs, outputs });
  return openSession(tf, graph).run("run", feeds);
}

/** Normally distributed numbers, the same ones for the same purpose (Box and Muller, 1958). */
export function drawNormal(count: number, purpose: string): Float32Array {
  const random = randomFor(7, purpose);
  return Float32Array.from(
    { length: count },
    () => Math.sqrt(-2 * Math.log(1 - random.next())) * Math.cos(2 * Math.PI * random.next()),
  );
}

/** The nearest number that bfloat16 holds: a float32 without its lower half. */
export function roundToBfloat16(value: number): number {
  const bits = new Uint32Array(Float32Array.of(value).buffer);
  const [whole = 0] = bits;
  bits[0] = (whole + 0x7fff + ((whole >>> 16) & 1)) & 0xffff0000;
  return new Float32Array(bits.buffer)[0] ?? NaN;
}

export function drawLabels(count: number, classes: number, purpose: string): Int32Array {
  const random = randomFor(7, purpose);
  return Int32Array.from({ length: count }, () => random.nextInteger(classes));
}

/** max |a - b| / max |b|; Infinity when the lengths differ or a number is not finite. */
export function relativeDifference(
  actual: ArrayLike<number>,
  expected: Tensor | ArrayLike<number>,
): number {
  const values = "dataSync" in expected ? expected.dataSync() : expected;
  if (actual.length !== values.length) return Infinity;
  let difference = 0;
  let scale = 0;
  for (let index = 0; index < values.length; index++) {
    const value = values[index] ?? NaN;
    const distance = Math.abs((actual[index] ?? NaN) - value);
    if (!Number.isFinite(distance)) return Infinity;
    difference = Math.max(difference, distance);
    scale = Math.max(scale, Math.abs(value));
  }
  return difference === 0 ? 0 : difference / scale;
}
