import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { startSlurm, type Slurm } from "../support/slurm/slurm.ts";
import { requireForCluster, SLURM } from "./requirements.ts";

/** The tests' Slurm is what the other tests of this folder build on: it must be able to do what they see. */
describe.runIf(requireForCluster(SLURM))("the tests' Slurm", () => {
  let slurm: Slurm;
  beforeAll(async () => {
    slurm = await startSlurm({ maxArraySize: 11 });
  });
  afterAll(() => slurm.stop());

  test("a node that is lost and comes back", async () => {
    const [lost = "", kept = ""] = slurm.nodes;
    const submitted = await slurm.run(
      ...["sbatch", "--parsable", "-w", lost, "--no-requeue", "-o", "/dev/null"],
      ...["--wrap", "sleep 600"],
    );
    const id = submitted.stdout;
    await slurm.untilQueue("it runs", (rows) => rows.some((row) => row.state === "RUNNING"));
    await slurm.killNode(lost);
    const rows = await slurm.untilQueue("it failed", (rows) =>
      rows.some((row) => row.state === "NODE_FAIL"),
    );
    expect(rows).toContainEqual(expect.objectContaining({ id, node: lost }));
    await slurm.startNode(lost);
    await slurm.drain(kept);
  });
});
