import { expect, test } from "vitest";
import { formatRuntimeStatus, type RuntimeStatus } from "../../../../src/trainer/runtime/status.ts";

const STATUS: RuntimeStatus = {
  works: true,
  reason: null,
  tensorflow: "2.21.0",
  build: "cpu",
  gpus: { devices: [], reason: null },
  tfjsNode: "4.22.0",
  library: "/cache/libtensorflow_cc.so.2",
  binding: "/modules/tfjs_binding.node",
  closed: null,
  node: "20.20.2",
  cpu: { model: "Some CPU", cores: 2, features: ["avx2", "amx_bf16"] },
  threads: { TF_NUM_INTRAOP_THREADS: "1", OMP_NUM_THREADS: null },
};

test("the status of a working TensorFlow", () => {
  expect(formatRuntimeStatus(STATUS)).toMatchInlineSnapshot(`
    "works       yes
    TensorFlow  2.21.0, built for CPUs
    tfjs-node   4.22.0
    library     /cache/libtensorflow_cc.so.2
    binding     /modules/tfjs_binding.node
    Node        20.20.2
    CPU         Some CPU, 2 cores
    features    avx2 amx_bf16
    GPUs        -
    threads     TF_NUM_INTRAOP_THREADS=1 OMP_NUM_THREADS=- (a trial sets its own)"
  `);
});

test("one that does not work says why, and has dashes for what is missing", () => {
  const text = formatRuntimeStatus({
    ...STATUS,
    works: false,
    reason: "no library",
    library: null,
  });
  expect(text).toContain("works       no: no library\n");
  expect(text).toContain("library     -\n");
});

test("one that others may not read names what closes it, and the remedy", () => {
  const closed = { found: "/root/lib.so is closed to other users", remedy: "cp -r /root /opt" };
  expect(
    formatRuntimeStatus({ ...STATUS, closed })
      .split("\n")
      .slice(-2),
  ).toEqual(["warning     /root/lib.so is closed to other users", "            cp -r /root /opt"]);
});

test("one for GPUs names those it found, or says why it found none", () => {
  const lines = (gpus: RuntimeStatus["gpus"]): string[] =>
    formatRuntimeStatus({ ...STATUS, build: "gpu", gpus }).split("\n");
  expect(lines({ devices: ["GPU:0 A, 1 MB", "GPU:1 B, 2 MB"], reason: null })).toEqual(
    expect.arrayContaining([
      "TensorFlow  2.21.0, built for NVIDIA's GPUs",
      "GPUs        GPU:0 A, 1 MB; GPU:1 B, 2 MB",
    ]),
  );
  expect(lines({ devices: [], reason: "no drivers" })).toContain("GPUs        none: no drivers");
});
