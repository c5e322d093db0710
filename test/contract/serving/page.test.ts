import { afterAll, beforeAll, describe, expect, onTestFinished, test } from "vitest";
import { type Browser, openBrowser } from "../../support/browser.ts";
import { makeTestFolder } from "../../support/folder.ts";
import { findViolations, queryNumbers, readColumn } from "../../support/report-page.ts";
import { databaseOf, type ReportStudy, writeReportStudy } from "../../support/report-study.ts";
import { requireHere } from "../../support/requirements.ts";
import {
  endServer,
  holdBack,
  type ServedReport,
  serveReport,
} from "../../support/served-report.ts";

describe.runIf(requireHere(["chromium"]))("the live report in Chromium", () => {
  let browser: Browser;
  beforeAll(async () => {
    browser = await openBrowser();
  });
  afterAll(() => browser.close());

  /** Serves until the test ends, and no page asks any more. */
  async function serve(study: ReportStudy): Promise<ServedReport> {
    const served = await serveReport(study);
    onTestFinished(async () => {
      await browser.page.goto("about:blank");
      await endServer(served);
    });
    return served;
  }

  /** A study of 60 trials, served and open in the browser, whose first results are still to come. */
  async function openStudy(heldBack: number) {
    const study = writeReportStudy(makeTestFolder(), { trials: 60 });
    const bringBack = holdBack(study, heldBack);
    const served = await serve(study);
    browser.complaints.length = 0;
    await open(served);
    return { study, served, bringBack };
  }

  const open = async ({ url }: ServedReport): Promise<void> => {
    await browser.page.goto(url);
    await browser.page.waitForSelector("main[data-ready]");
  };
  const results = (): Promise<string | null> =>
    browser.page.locator("html").getAttribute("data-results");
  const says = (words: RegExp): Promise<void> =>
    browser.page.locator("#live").filter({ hasText: words }).waitFor();
  const selected = (): Promise<string> => browser.page.locator("#selected").innerText();
  const expectNumbers = async (study: ReportStudy, where: string): Promise<void> => {
    const sql = `SELECT number FROM trials LEFT JOIN results USING (trial) WHERE ${where} ORDER BY number DESC`;
    const expected = queryNumbers(databaseOf(study), sql);
    expect(expected.length).toBeGreaterThan(3);
    expect(await selected()).toBe(`${expected.length} of 60 trials selected`);
    await browser.page.locator("#trials-table").scrollIntoViewIfNeeded();
    await expect
      .poll(async () => (await readColumn(browser, "trial")).map(Number), { timeout: 30_000 })
      .toEqual(expected);
  };

  test("asks for the page and for news, and says nothing on the console", async () => {
    const { served } = await openStudy(3);
    await says(/Live:\s57\sresults\sso\sfar/);
    for (const section of await browser.page.locator("section").all())
      await section.scrollIntoViewIfNeeded();
    expect([...new Set(browser.complaints)].sort()).toEqual([
      `request: ${served.url}`,
      `request: ${served.url}/events`,
    ]);
  });

  test("leaves nothing for axe to complain about", async () => {
    const study = writeReportStudy(makeTestFolder(), { trials: 60 });
    const served = await serve(study);
    const seen = await openBrowser({ bypassCSP: true });
    onTestFinished(() => seen.close());
    await seen.page.goto(served.url);
    await seen.page.locator("#live").filter({ hasText: /Live/ }).waitFor();
    expect(await findViolations(seen)).toEqual([]);
  });

  test("shows new results when told to, and leaves all that was chosen as it was", async () => {
    const { page } = browser;
    const { study, served, bringBack } = await openStudy(12);
    await page.locator(".axis-controls > summary").press("Enter");
    const slider = page.getByRole("slider", { name: "filters, from" });
    await slider.focus();
    await page.keyboard.press("ArrowRight");
    await page.locator("#filter").fill("holdoutAccuracy < 0.98");
    await page.locator("#slices select").first().selectOption("dropout");
    await page.getByRole("button", { name: "Dark colours" }).click();
    await page.locator("#trials-table").scrollIntoViewIfNeeded();
    await page.locator("#table details > summary").press("Enter");
    await page.getByRole("checkbox", { name: "cpu seconds" }).check();
    await page.getByRole("button", { name: /^trial/ }).click();
    await page.getByRole("button", { name: /^trial/ }).click();
    const where = "params ->> 'filters' > 8 AND objective < 0.98";
    await expectNumbers(study, where);
    const before = await selected();
    await page
      .getByRole("button", { name: /^Look at trial/ })
      .first()
      .click();
    const looked = await page.locator("#trial h3").innerText();

    bringBack(12);
    await says(/12\snew\sresults/);
    expect(await results()).toBe("48");
    expect(await selected()).toBe(before);
    await page.getByRole("button", { name: "Show the newer results" }).click();
    await page.waitForSelector('html[data-results="60"] main[data-ready]');

    await expectNumbers(study, where);
    expect(await selected()).not.toBe(before);
    expect(await slider.getAttribute("aria-valuetext")).toBe("16");
    expect(await page.locator(".axis-controls").getAttribute("open")).toBe("");
    expect(await page.locator("#filter").inputValue()).toBe("holdoutAccuracy < 0.98");
    expect(await page.locator("#slices select").first().inputValue()).toBe("dropout");
    expect(await page.locator("html").getAttribute("data-theme")).toBe("dark");
    expect(await readColumn(browser, "cpu seconds")).not.toEqual([]);
    expect(await page.locator("#trial h3").innerText()).toBe(looked);
    const asked = new Set(browser.complaints);
    expect([...asked].sort()).toEqual([`request: ${served.url}`, `request: ${served.url}/events`]);
  });

  test("a brush keeps its values where the axis grows", async () => {
    const { page } = browser;
    const study = writeReportStudy(makeTestFolder(), { trials: 60 });
    // The best and the worst come last.
    const best = holdBack(study, 40);
    const served = await serve(study);
    await open(served);
    const axis = page.locator(".axis-controls fieldset").last();
    await page.locator(".axis-controls > summary").press("Enter");
    await axis.getByRole("slider").first().focus();
    for (let step = 0; step < 90; step++) await page.keyboard.press("ArrowRight");
    const told = async (): Promise<number> =>
      Number((await axis.locator("output").innerText()).split(" to ")[0]);
    const before = await told();
    best(40);
    await page.getByRole("button", { name: "Show the newer results" }).click();
    await page.waitForSelector('html[data-results="60"] main[data-ready]');
    expect(await told()).toBeCloseTo(before, 4);
    const position = Number(await axis.getByRole("slider").first().inputValue());
    expect(position).not.toBeCloseTo(0.45, 2);
    const passing = queryNumbers(
      databaseOf(study),
      `SELECT count(*) FROM results WHERE objective >= ${before}`,
    )[0];
    expect(await selected()).toBe(`${passing} of 60 trials selected`);
  });

  test("follows by itself while nobody is at work, and only then", async () => {
    const { page } = browser;
    await page.clock.install();
    const { bringBack } = await openStudy(2);
    await says(/Live/);
    bringBack(1);
    await says(/1\snew\sresult/);
    for (let times = 0; times < 8; times++) {
      await page.locator("#filter").pressSequentially("x");
      await page.clock.runFor(8000);
    }
    expect(await results()).toBe("58");
    await page.locator("#filter").fill("");
    await page.clock.runFor(12_000);
    await page.waitForSelector('html[data-results="59"] main[data-ready]');

    // Who has narrowed something is left alone for longer.
    await page.locator("#filter").fill("rank < 5");
    bringBack(1);
    await says(/1\snew\sresult/);
    await page.clock.runFor(50_000);
    expect(await results()).toBe("59");
    // As a page does by itself when it gets shorter: that is nobody's hand.
    await page.evaluate("scrollTo(0, scrollY > 0 ? 0 : 100)");
    await page.clock.runFor(15_000);
    await page.waitForSelector('html[data-results="60"] main[data-ready]');
    expect(await page.locator("#filter").inputValue()).toBe("rank < 5");
  });

  test("says when its server has ended, and stays", async () => {
    const study = writeReportStudy(makeTestFolder(), { trials: 60 });
    const served = await serveReport(study);
    await open(served);
    await says(/Live/);
    await endServer(served);
    await says(/Its\sserver\sdoes\snot\sanswer/);
    expect(await selected()).toBe("60 of 60 trials selected");
  });
});
