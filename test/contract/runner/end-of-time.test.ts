import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { runBsweep } from "../../support/bsweep-process.ts";
import { makeTestFolder } from "../../support/folder.ts";
import { findPythonWith } from "../../support/python.ts";
import { requireHere } from "../../support/requirements.ts";
import { readResults } from "../../support/rounds.ts";

/** Saves after each epoch of half a second, and handles nothing: neither signals nor times. */
const SHELL = `
epoch=$(cat "$BSWEEP_CHECKPOINTS/epoch" || echo 0)
echo "from $epoch" >> runs
while [ "$epoch" -lt 15 ]; do
  sleep 0.5
  epoch=$((epoch + 1))
  echo "$epoch" > "$BSWEEP_CHECKPOINTS/.new" && mv "$BSWEEP_CHECKPOINTS/.new" "$BSWEEP_CHECKPOINTS/epoch"
done
printf '{"metrics":{"v":%s}}' "$epoch" > "$BSWEEP_RESULT"`;

const TORCH = `
import json, os, time
import torch
state = os.path.join(os.environ["BSWEEP_CHECKPOINTS"], "last.pt")
model = torch.nn.Linear(4, 1)
optimizer = torch.optim.Adam(model.parameters())
epoch = 0
if os.path.exists(state):
    saved = torch.load(state)
    model.load_state_dict(saved["model"])
    optimizer.load_state_dict(saved["optimizer"])
    epoch = saved["epoch"]
print("from", epoch, file=open("runs", "a"), flush=True)
for epoch in range(epoch + 1, 31):
    loss = model(torch.randn(8, 4)).square().mean()
    optimizer.zero_grad(); loss.backward(); optimizer.step()
    time.sleep(1)
    torch.save({"model": model.state_dict(), "optimizer": optimizer.state_dict(), "epoch": epoch}, state + ".new")
    os.replace(state + ".new", state)
json.dump({"metrics": {"v": epoch}}, open(os.environ["BSWEEP_RESULT"], "w"))`;

const KERAS = `
import json, os, time
import keras, numpy
class Slow(keras.callbacks.Callback):
    def on_train_begin(self, logs=None):
        self.first = None
    def on_epoch_begin(self, epoch, logs=None):
        if self.first is None:
            self.first = epoch
            print("from", epoch, file=open("runs", "a"), flush=True)
        self.last = epoch
        time.sleep(1)
keras.utils.set_random_seed(1)
model = keras.Sequential([keras.Input((4,)), keras.layers.Dense(1)])
model.compile("adam", "mse")
slow = Slow()
backup = keras.callbacks.BackupAndRestore(os.environ["BSWEEP_CHECKPOINTS"])
model.fit(numpy.ones((8, 4)), numpy.ones((8, 1)), epochs=30, verbose=0, callbacks=[backup, slow])
json.dump({"metrics": {"v": slow.last + 1}}, open(os.environ["BSWEEP_RESULT"], "w"))`;

/** On a busy machine most of each run's time goes by before the first epoch. */
const LONG = { timeout: 600_000 };

/** Runs a study of one trial, again and again by itself, to its end. Returns its result and from where each run went on. */
async function runToItsEnd(program: readonly string[], text: string, walltime: string) {
  const workspace = makeTestFolder();
  const studyFile = join(workspace, "study.yaml");
  writeFileSync(join(workspace, "train"), text);
  writeFileSync(
    studyFile,
    `
study: time
objective: { metric: v, direction: maximize }
trainer: { command: ${JSON.stringify([...program, "train"])} }
space: { x: [1] }
resources: { cpus: 1, memory: 2GB, walltime: ${walltime}, checkpoint: epoch }
cluster: { site: local }
`,
  );
  const end = await runBsweep(["local", studyFile, `--workspace=${workspace}`]);
  expect(end).toMatchObject({ exitStatus: 0 });
  const result = readResults(join(workspace, "results/time/round-001/array-01")).get(1);
  const runs = readFileSync(join(workspace, "runs"), "utf8").trim().split("\n");
  const starts = runs.map((line) => Number(/^from (\d+)$/.exec(line)?.[1]));
  for (const folder of ["checkpoints", "claims"])
    expect(existsSync(join(workspace, "results/time", folder, result?.trialId ?? ""))).toBe(false);
  return { result, starts };
}

describe("a trainer that saves each epoch and handles nothing goes on after its time", () => {
  const expectGoing = (
    { result, starts }: Awaited<ReturnType<typeof runToItsEnd>>,
    epochs: number,
  ) => {
    expect(result).toMatchObject({ state: "complete", objective: epochs });
    expect(starts.length).toBeGreaterThan(1);
    expect(starts[0]).toBe(0);
    // Each from further on than the one before.
    expect(starts).toEqual([...new Set(starts)].sort((a, b) => a - b));
  };

  test("a shell script", async () => {
    expectGoing(await runToItsEnd(["sh"], SHELL, "10s"), 15);
  });

  const torch = findPythonWith("torch");
  test.skipIf(!requireHere(["Python's torch"]))("real PyTorch", LONG, async () => {
    expectGoing(await runToItsEnd([torch ?? ""], TORCH, "30s"), 30);
  });

  const keras = findPythonWith("keras", "tensorflow");
  test.skipIf(!requireHere(["Python's keras"]))("real Keras with BackupAndRestore", LONG, async () => {
    expectGoing(await runToItsEnd([keras ?? ""], KERAS, "40s"), 30);
  });
});
