import { copyFileSync, readFileSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { afterAll, beforeAll, describe, expect, onTestFinished, test } from "vitest";
import { openKeptDatabase } from "../../../src/storage/database.ts";
import { runBsweep, until } from "../../support/bsweep-process.ts";
import { makeSuiteFolder, makeTestFolder } from "../../support/folder.ts";
import { databaseOf, type ReportStudy, writeReportStudy } from "../../support/report-study.ts";
import {
  ask,
  endServer,
  holdBack,
  listen,
  type ServedReport,
  serveReport,
} from "../../support/served-report.ts";

/** A study whose first results are still to come, served until the test ends. */
async function serveStudy(heldBack: number, ...more: readonly string[]) {
  const study = writeReportStudy(makeTestFolder(), { trials: 30 });
  const bringBack = holdBack(study, heldBack);
  if (more.includes("--no-collect")) await collect(study);
  const served = await serveReport(study, ...more);
  onTestFinished(() => endServer(served));
  return { study, served, bringBack };
}

const collect = ({ studyFile, workspace }: ReportStudy) =>
  runBsweep(["collect", studyFile, "--workspace", workspace]);

describe("who may ask what", () => {
  const workspace = makeSuiteFolder();
  let served: ServedReport;
  beforeAll(async () => {
    served = await serveReport(writeReportStudy(workspace, { trials: 20 }));
  });
  afterAll(() => endServer(served));

  test.each([
    ["/", 404],
    ["/events", 404],
    ["/AAAAAAAAAAAAAAAAAAAAAA", 404],
    ["/AAAAAAAAAAAAAAAAAAAAAA/events", 404],
    ["//evil.example/", 404],
    ["/%2e%2e/etc/passwd", 404],
    ["TOKEN-", 404],
    ["TOKEN/other", 404],
    ["TOKEN/../events", 404],
    ["TOKEN", 200],
    ["TOKEN/", 200],
    ["TOKEN?from=mail", 200],
  ])("%s: %i", async (path, status) => {
    const answer = await ask(served, path.replace("TOKEN", served.path));
    expect(answer.status).toBe(status);
    expect(answer.text.includes("<!doctype html>")).toBe(status === 200);
  });

  test.each([
    ["localhost:PORT", 200],
    ["LOCALHOST:PORT", 200],
    ["[::1]:PORT", 200],
    ["localhost:4000", 200],
    ["127.0.0.1", 200],
    ["evil.example", 403],
    ["evil.example:PORT", 403],
    ["127.0.0.1.evil.example:PORT", 403],
    ["localhost.evil.example", 403],
    ["evil.example@localhost:PORT", 403],
    ["localhost:PORT:PORT", 403],
    ["0.0.0.0:PORT", 403],
  ])("of the host %j: %i", async (host, status) => {
    const answer = await ask(served, served.path, {
      host: host.replaceAll("PORT", String(served.port)),
    });
    expect(answer.status).toBe(status);
    expect(answer.text === "").toBe(status !== 200);
  });

  test.each(["POST", "PUT", "DELETE", "PATCH", "OPTIONS"])("not to %s", async (method) => {
    const { status, headers, text } = await ask(served, served.path, { method });
    expect({ status, allow: headers.allow, text }).toEqual({
      status: 405,
      allow: "GET, HEAD",
      text: "",
    });
  });

  test("tells a browser to keep nothing, guess nothing, pass nothing on and load nothing", async () => {
    for (const method of ["GET", "HEAD"]) {
      const { status, headers, text } = await ask(served, served.path, { method });
      expect(status).toBe(200);
      expect(headers).toMatchObject({
        "cache-control": "no-store",
        "content-type": "text/html; charset=utf-8",
        "cross-origin-resource-policy": "same-origin",
        "referrer-policy": "no-referrer",
        "x-content-type-options": "nosniff",
      });
      expect(headers["content-security-policy"]).toMatch(
        /^default-src 'none'.*frame-ancestors 'none'$/,
      );
      if (method === "HEAD") expect(text).toBe("");
      else expect(headers["content-security-policy"]).toContain("; connect-src 'self';");
    }
  });

  test("listens on 127.0.0.1 alone", async () => {
    await expect(ask(served, served.path, { address: "127.0.0.2" })).rejects.toMatchObject({
      code: "ECONNREFUSED",
    });
  });

  test("has another token every time, and tells how to come here by ssh", async () => {
    const again = await serveReport({ studyFile: `${workspace}/study.yaml`, workspace });
    await endServer(again);
    const [one, other] = [served, again].map(({ path }) => path.slice(1));
    expect(one).toMatch(/^[\w-]{22}$/);
    expect(other).not.toBe(one);
    const { port } = served;
    expect(served.output()).toMatch(
      new RegExp(`ssh -N -L ${port}:127\\.0\\.0\\.1:${port} \\S+@\\S+\n`),
    );
  });

  test("says when a port is taken", async () => {
    const args = ["report", `${workspace}/study.yaml`, "--workspace", workspace, "--serve"];
    const run = await runBsweep([...args, "--port", String(served.port)]);
    expect(run.exitStatus).toBe(6);
    expect(run.stderr).toContain(`cannot listen on port ${served.port} of 127.0.0.1`);
  });
});

test("what goes on is told to everybody, and a page is made when one is asked for", async () => {
  const { served, bringBack } = await serveStudy(3);
  const [first, second] = [await listen(served), await listen(served)];
  await until(() => first.told().length === 1 && second.told().length === 1);
  expect(first.told()[0]).toMatchObject({ results: 27, warnings: [] });
  const before = await ask(served, served.path);
  expect(before.text).toContain("27 trials".replace("27 trials", 'data-results="27"'));

  bringBack(2);
  await until(() => first.told().at(-1)?.results === 29 && second.told().at(-1)?.results === 29);
  expect(first.told()).toEqual(second.told());
  expect(first.text()).toContain(`id: ${first.told().at(-1)?.state}\n`);
  const pages = await Promise.all([ask(served, served.path), ask(served, served.path)]);
  expect(pages[0].text).toBe(pages[1].text);
  expect(pages[0].text).toContain(`data-state="${first.told().at(-1)?.state}" data-results="29"`);

  // Who comes late is told at once.
  const late = await listen(served);
  await until(() => late.told().length === 1);
  expect(late.told()[0]?.results).toBe(29);
});

test("the database may be deleted, replaced, damaged and locked", async () => {
  const { study, served, bringBack } = await serveStudy(4);
  const database = databaseOf(study);
  const listener = await listen(served);
  const results = (): number | undefined => listener.told().at(-1)?.results;
  const warnings = (): string => listener.told().at(-1)?.warnings.join() ?? "";
  await until(() => results() === 26);
  const old = `${database}.old`;
  copyFileSync(database, old);
  const replace = (): void => {
    copyFileSync(old, `${database}.new`);
    renameSync(`${database}.new`, database);
  };

  rmSync(database);
  bringBack(1);
  await until(() => results() === 27 && warnings() === "");

  // An older copy takes its place: what it lacks comes from the files.
  replace();
  bringBack(1);
  await until(() => results() === 28 && warnings() === "");

  writeFileSync(database, "no database at all, but long enough to be looked at as one".repeat(20));
  bringBack(1);
  await until(() => results() === 29 && warnings().includes("is no SQLite database"));
  expect((await ask(served, served.path)).text).toContain('data-results="29"');
  await until(() => served.errors().includes("is no SQLite database"));

  replace();
  await until(() => warnings() === "");
  const lock = openKeptDatabase(database, false);
  lock.exec("BEGIN EXCLUSIVE");
  bringBack(1);
  await until(() => results() === 30 && warnings().includes("is locked by another process"));
  expect((await ask(served, served.path)).text).toContain('data-results="30"');
  lock.exec("ROLLBACK");
  lock.close();
  await until(() => warnings() === "" && results() === 30);
});

test("without collecting it sees what others collect, and keeps its page while there is no database", async () => {
  const { study, served, bringBack } = await serveStudy(2, "--no-collect");
  const database = databaseOf(study);
  const before = readFileSync(database);
  const listener = await listen(served);
  const page = (await ask(served, served.path)).text;
  bringBack(2);
  rmSync(database);
  await until(
    () => listener.told().at(-1)?.warnings.join().includes("nothing was collected") ?? false,
  );
  expect((await ask(served, served.path)).text).toBe(page);
  writeFileSync(database, before);
  await until(() => listener.told().at(-1)?.warnings.length === 0);
  expect(listener.told().at(-1)?.results).toBe(28);
  await collect(study);
  await until(() => listener.told().at(-1)?.results === 30);
  expect((await ask(served, served.path)).text).toContain('data-results="30"');
});

test("follows the study file; while nobody can read it the last page stays, or its lack is told", async () => {
  const { study, served } = await serveStudy(0);
  const text = readFileSync(study.studyFile, "utf8");
  const listener = await listen(served);
  await until(() => listener.told().length === 1);
  const warnings = (): string => listener.told().at(-1)?.warnings.join() ?? "";
  writeFileSync(study.studyFile, "study: [");
  await until(() => warnings() !== "");
  const none = await ask(served, served.path);
  expect(none.status).toBe(503);
  expect(none.text).toContain(warnings());
  expect(none.headers["content-type"]).toBe("text/plain; charset=utf-8");

  writeFileSync(study.studyFile, text);
  await until(() => warnings() === "");
  const page = await ask(served, served.path);
  expect(page.status).toBe(200);
  writeFileSync(study.studyFile, "study: [");
  await until(() => warnings() !== "");
  expect((await ask(served, served.path)).text).toBe(page.text);

  // A value less: what has it is marked, and the page is another one.
  const { state } = listener.told().at(-1) ?? {};
  writeFileSync(study.studyFile, text.replace('"activation":["relu",', '"activation":['));
  await until(() => listener.told().at(-1)?.state !== state);
  expect((await ask(served, served.path)).text).not.toBe(page.text);
});

test.each(["SIGINT", "SIGTERM", "SIGHUP"] as const)(
  "%s ends it, whoever listens",
  async (signal) => {
    const { served } = await serveStudy(0);
    const listener = await listen(served);
    await until(() => listener.told().length === 1);
    served.kill(signal);
    expect(await served.end).toMatchObject({
      exitStatus: 0,
      signal: null,
      stderr: expect.not.stringContaining("warning") as string,
    });
    await until(listener.hasEnded);
  },
);

test.each([
  [["--serve", "--output", "x.html"], "--serve shows the HTML page: it goes without --output"],
  [["--serve", "--format", "csv", "--top", "3"], "it goes without --format csv, --top"],
  [["--serve", "--watch", "--steps"], "it goes without --steps, --watch"],
  [["--serve", "--port", "65536"], "--port: found 65536, expected a whole number from 0 to 65535"],
  [["--port", "8000"], "--port goes with --serve"],
  [["--watch"], "it needs --output FILE"],
])("%j: used wrongly", async (args, message) => {
  const run = await runBsweep(["report", "study.yaml", ...args]);
  expect(run.exitStatus).toBe(2);
  expect(run.stderr).toContain(message);
});
