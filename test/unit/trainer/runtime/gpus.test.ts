import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { readGpuModel, readGpus, requireGpus } from "../../../../src/trainer/runtime/gpus.ts";
import { makeTestFolder } from "../../../support/folder.ts";

/** As gpu_device.cc of TensorFlow 2.21 formats them. */
const CREATED =
  "I0000 00:00:1795764067.211701   28882 gpu_device.cc:2044] Created device /job:localhost/replica:0/task:0/device:GPU:0 with 30985 MB memory:  -> device: 0, name: Tesla V100-SXM2-32GB, pci bus id: 0000:1a:00.0, compute capability: 7.0";
/** As it was seen on a machine without a GPU. */
const NO_DRIVER =
  "E0000 00:00:1795764001.1  28001 cuda_platform.cc:52] failed call to cuInit: INTERNAL: CUDA error: Failed call to cuInit: UNKNOWN ERROR (303)";

test("each GPU is told once, by name and memory", () => {
  const second = CREATED.replaceAll("GPU:0", "GPU:1").replace("30985", "100");
  expect(readGpus("gpu", true, [CREATED, "other", second, CREATED].join("\n"))).toEqual({
    devices: ["GPU:0 Tesla V100-SXM2-32GB, 30985MB", "GPU:1 Tesla V100-SXM2-32GB, 100MB"],
    reason: null,
  });
});

test("one that is used but not told of is a GPU all the same", () => {
  expect(readGpus("gpu", true, "")).toEqual({ devices: ["GPU:0"], reason: null });
});

test("where a build for GPUs finds none, TensorFlow's own words say why", () => {
  expect(readGpus("gpu", false, `noise\n${NO_DRIVER}\nmore`)).toEqual({
    devices: [],
    reason: expect.stringMatching(/^failed call to cuInit: .*303/) as string,
  });
  expect(readGpus("gpu", false, "").reason).toMatch(/does not say why/);
  expect(readGpus("cpu", false, NO_DRIVER)).toEqual({ devices: [], reason: null });
});

test("the model comes from the driver", () => {
  const folder = makeTestFolder();
  expect(readGpuModel(folder)).toBe("unknown GPU");
  mkdirSync(join(folder, "0000:1a:00.0"));
  const information = "Model: \t\t Tesla V100-SXM2-32GB\nIRQ:   \t\t 41\n";
  writeFileSync(join(folder, "0000:1a:00.0", "information"), information);
  expect(readGpuModel(folder)).toBe("Tesla V100-SXM2-32GB");
});

test("a trial that was given GPUs does not compute on the CPU in silence", () => {
  const onCpu = { isUsingGpuDevice: () => false };
  expect(() => requireGpus(1, onCpu)).toThrow(/given 1 GPU, and TensorFlow finds none/);
  expect(() => requireGpus(0, onCpu)).not.toThrow();
  expect(() => requireGpus(2, { isUsingGpuDevice: () => true })).not.toThrow();
});
