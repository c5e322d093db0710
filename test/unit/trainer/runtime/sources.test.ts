import { expect, test } from "vitest";
import { listSources } from "../../../../src/trainer/runtime/sources.ts";

test("a path that was given is the only source, the option before the variable", () => {
  const environment = { BSWEEP_LIBTENSORFLOW: "/from/variable" };
  expect(listSources("/from/option", environment)).toEqual([
    { kind: "given", path: "/from/option" },
  ]);
  expect(listSources(undefined, environment)).toEqual([{ kind: "given", path: "/from/variable" }]);
});

test("otherwise the pinned wheel, then tfjs-node's installer", () => {
  expect(listSources(undefined, {}, "cpu", true).map(({ kind }) => kind)).toEqual([
    "pinned-wheel",
    "tfjs-installer",
  ]);
});

test("on a machine that the wheel is not for, only tfjs-node's installer is left", () => {
  expect(listSources(undefined, { BSWEEP_LIBTENSORFLOW: "" }, "cpu", false)).toEqual([
    { kind: "tfjs-installer" },
  ]);
});

test("for GPUs there is the pinned wheel alone: tfjs-node's installer would bring one for CPUs", () => {
  expect(listSources(undefined, {}, "gpu", true)).toEqual([{ kind: "pinned-wheel", build: "gpu" }]);
  expect(() => listSources(undefined, {}, "gpu", false)).toThrow(/Linux on x86_64 only/);
  expect(listSources("/own", {}, "gpu", false)).toEqual([{ kind: "given", path: "/own" }]);
});
