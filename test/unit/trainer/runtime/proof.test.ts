import { expect, test } from "vitest";
import { readProof } from "../../../../src/trainer/runtime/proof.ts";
import { runProcess } from "../../../support/programs.ts";

const run = (script: string) => runProcess(process.execPath, ["-e", script]);

test("what the child prints is the proof", async () => {
  const printed = '{"works":true,"tensorflow":"2.21.0","build":"cpu","onGpu":false}';
  const child = await run(`console.log('${printed}')`);
  expect(readProof(child)).toEqual({
    ...{ works: true, tensorflow: "2.21.0", build: "cpu" },
    gpus: { devices: [], reason: null },
  });
});

test("a child that ends by an illegal instruction tells that the CPU is too old", async () => {
  const proof = readProof(
    await run(`process.kill(process.pid, "SIGILL"); setTimeout(() => {}, 9e3)`),
  );
  expect(proof).toMatchObject({ works: false, reason: expect.stringContaining("AVX") as string });
});

test("a child that fails is quoted", async () => {
  const proof = readProof(await run(`console.error("libfoo.so: not found"); process.exit(3)`));
  expect(proof).toMatchObject({
    works: false,
    reason: expect.stringMatching(/exit code 3[^]*\| libfoo\.so: not found/) as string,
  });
});
