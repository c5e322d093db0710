import { spawn } from "node:child_process";
import { once } from "node:events";
import { writeFileSync } from "node:fs";
import { createServer, type AddressInfo } from "node:net";
import { dirname, join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import type { Page } from "playwright-core";
import { expect, onTestFinished, test } from "vitest";
import { withPage } from "../support/chromium.ts";
import { exportStudy, makeExportedStudy } from "../support/exported-study.ts";
import { findPython, TEST_PYTHON } from "../support/python/environment.ts";
import { requireHere } from "../support/requirements.ts";

async function findPort(): Promise<number> {
  const server = createServer().listen(0, "127.0.0.1");
  await once(server, "listening");
  const { port } = server.address() as AddressInfo;
  server.close();
  await once(server, "close");
  return port;
}

/** Starts the real optuna-dashboard on a database; gives its address once it answers. */
async function startDashboard(file: string): Promise<string> {
  const port = await findPort();
  const program = join(dirname(String(findPython(TEST_PYTHON))), "optuna-dashboard");
  const words = [`sqlite:///${file}`, "--host", "127.0.0.1", "--port", String(port)];
  const child = spawn(program, words, { stdio: "ignore" });
  onTestFinished(() => void child.kill());
  const address = `http://127.0.0.1:${port}/dashboard`;
  while (child.exitCode === null) {
    const answer = await fetch(address).catch(() => undefined);
    if (answer?.ok) return address;
    await sleep(200);
  }
  throw new Error(`optuna-dashboard ended with ${child.exitCode}`);
}

test.runIf(requireHere(["Python's Optuna", "chromium"]))(
  "optuna-dashboard shows the study, its best value and its trials",
  async () => {
    const study = makeExportedStudy();
    const { made, report } = await exportStudy(study, "optuna");
    const file = join(study.layout.workspace, "study.db");
    writeFileSync(file, made);
    const address = await startDashboard(file);
    const [best] = report.ranking;
    const number = (best?.number ?? 0) - 1;
    await withPage(address, async (page, errors) => {
      await page.getByText("exported", { exact: false }).first().waitFor();
      await page.goto(`${address}/studies/1`);
      await page.getByText("Best Trial", { exact: false }).first().waitFor();
      await page.getByText(String(best?.objective), { exact: false }).first().waitFor();
      await page.getByText("Hyperparameter Importance").first().waitFor();
      await page.goto(`${address}/studies/1/trials?numbers=${number}`);
      await page.getByText(String(best?.trialId), { exact: false }).first().waitFor();
      await keepPicture(page, address);
      expect(errors).toEqual([]);
    });
  },
);

/** For who wants to look: BSWEEP_PICTURES names a folder. */
async function keepPicture(page: Page, address: string): Promise<void> {
  const folder = process.env["BSWEEP_PICTURES"];
  if (folder === undefined) return;
  await page.screenshot({ path: join(folder, "dashboard-trial.png") });
  await page.goto(`${address}/studies/1`);
  await sleep(5000);
  await page.screenshot({ path: join(folder, "dashboard-study.png") });
}
