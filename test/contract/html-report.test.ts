import { readFileSync } from "node:fs";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { Browser } from "../support/browser.ts";
import { splitRows } from "../../src/cnn/split.ts";
import { makeSuiteFolder } from "../support/folder.ts";
import {
  findViolations,
  openReport,
  query,
  queryNumbers,
  readColumn,
  writeReport,
} from "../support/report-page.ts";
import { databaseOf, type ReportStudy, writeReportStudy } from "../support/report-study.ts";
import { requireHere } from "../support/requirements.ts";

interface Trial {
  readonly number: number;
  readonly objective: number | null;
  readonly filters: number;
  readonly dropout: number;
  readonly state: string;
}

const TRIALS = `SELECT number, objective, state, params ->> 'filters' AS filters, params ->> 'dropout' AS dropout
  FROM trials LEFT JOIN results USING (trial)`;

describe.runIf(requireHere(["chromium"]))("the HTML report in Chromium", () => {
  const workspace = makeSuiteFolder();
  let study: ReportStudy;
  let file: string;
  let browser: Browser;
  let trials: readonly Trial[];

  beforeAll(async () => {
    study = writeReportStudy(workspace, { trials: 150 });
    file = await writeReport(study);
    trials = query(databaseOf(study), `${TRIALS} ORDER BY number`) as unknown as readonly Trial[];
    browser = await openReport(file);
  });
  afterAll(async () => {
    await browser.close();
  });

  const selected = (): Promise<string> => browser.page.locator("#selected").innerText();
  const showAll = async (): Promise<void> => {
    await browser.page.getByRole("button", { name: "Show all" }).click();
  };
  const filterBy = async (text: string): Promise<void> => {
    await browser.page.locator("#filter").fill(text);
  };
  const numbers = async (): Promise<readonly number[]> =>
    (await readColumn(browser, "trial")).map(Number);

  test("needs nothing but itself: no request, no message, however far one reads", async () => {
    const { page, complaints } = browser;
    for (const section of await page.locator("section").all()) {
      await section.scrollIntoViewIfNeeded();
      await page.waitForTimeout(50);
    }
    expect(complaints).toEqual([]);
    const text = readFileSync(file, "utf8");
    expect(text).not.toMatch(/<(?:script|link|img|iframe)[^>]*(?:src|href)="(?!data:)/);
    expect(text).toContain("default-src 'none'");
    expect(text).not.toContain("unsafe-");
  });

  test("lists trials as every other report ranks them: those that share a rank by their hold-out loss", async () => {
    const ranked = query(
      databaseOf(study),
      `SELECT number FROM trials JOIN results USING (trial) WHERE state = 'complete'
       ORDER BY objective DESC, metrics ->> 'holdoutLoss', model_parameters, number LIMIT 50`,
    ) as unknown as readonly { readonly number: number }[];
    await browser.page.locator("#trials-table").scrollIntoViewIfNeeded();
    expect(await numbers()).toEqual(ranked.map(({ number }) => number));
  });

  test("has drawn every chart, and says each in words", async () => {
    const figures = await browser.page.locator("figure").all();
    expect(figures.length).toBeGreaterThanOrEqual(7);
    for (const figure of figures) {
      await figure.scrollIntoViewIfNeeded();
      await browser.page.waitForTimeout(50);
      expect((await figure.locator(".sentence").innerText()).length).toBeGreaterThan(20);
      const box = await figure.locator("canvas").first().boundingBox();
      expect(box?.width).toBeGreaterThan(300);
    }
  });

  test("names the best trial of the database", async () => {
    const best = [...trials].sort((a, b) => (b.objective ?? 0) - (a.objective ?? 0))[0];
    const lead = await browser.page.locator("#answer .lead").innerText();
    expect(lead).toContain(best?.objective?.toFixed(5));
    const winner = trials.find(({ number }) => lead.startsWith(`Trial ${number} is best`));
    expect(winner?.objective).toBe(best?.objective);
  });

  test("a brush drawn on an axis leaves exactly the trials that pass, in the table and in charts", async () => {
    const { page } = browser;
    const canvas = page.locator("#parallel-canvas");
    await canvas.scrollIntoViewIfNeeded();
    const title = await page.locator(".axis-controls legend").first().textContent();
    const box = await canvas.boundingBox();
    if (box === null) throw new Error("no chart");
    // The upper half of the first axis: it stands 56 pixels from the left, from 44 below the top to 20 above the bottom.
    await page.mouse.move(box.x + 56, box.y + 44);
    await page.mouse.down();
    await page.mouse.move(box.x + 56, box.y + 100);
    await page.mouse.move(box.x + 56, box.y + 44 + (box.height - 64) / 2);
    await page.mouse.up();
    const values = queryNumbers(
      databaseOf(study),
      `SELECT DISTINCT params ->> '${title}' AS value FROM trials ORDER BY value`,
    );
    const least = values[Math.ceil((values.length - 1) / 2)];
    const expected = queryNumbers(
      databaseOf(study),
      `SELECT number FROM trials WHERE params ->> '${title}' >= ${least} ORDER BY number`,
    );
    expect(expected.length).toBeGreaterThan(20);
    expect(expected.length).toBeLessThan(trials.length);
    expect(await selected()).toBe(`${expected.length} of 150 trials selected`);
    await page.locator("#trials-table").scrollIntoViewIfNeeded();
    await page.getByRole("button", { name: /^trial/ }).click();
    // The table follows when it is in sight, with the next frame.
    await expect.poll(numbers).toEqual(expected.slice(0, 50));
    await page.locator("#slices figure").first().scrollIntoViewIfNeeded();
    await expect
      .poll(() => page.locator("#slices .sentence").first().innerText())
      .toContain(`Of ${expected.length}\u202fselected trials`);
    // A tap lets go.
    await canvas.scrollIntoViewIfNeeded();
    const again = await canvas.boundingBox();
    await page.mouse.click((again?.x ?? 0) + 56, (again?.y ?? 0) + 60);
    expect(await selected()).toBe("150 of 150 trials selected");
  });

  test("a brush set by keys is the same brush", async () => {
    const { page } = browser;
    await page.locator(".axis-controls > summary").click();
    const filters = page.getByRole("slider", { name: "filters, from" });
    await filters.focus();
    await page.keyboard.press("ArrowRight");
    const expected = trials.filter((trial) => trial.filters > 8).length;
    expect(await selected()).toBe(`${expected} of 150 trials selected`);
    expect(await filters.getAttribute("aria-valuetext")).toBe("16");
    await showAll();
    expect(await filters.inputValue()).toBe("0");
    expect(await selected()).toBe("150 of 150 trials selected");
  });

  test.each([
    ["filters >= 32 and dropout < 0.2", (t: Trial) => t.filters >= 32 && t.dropout < 0.2],
    ["state = failed or filters = 8", (t: Trial) => t.state === "failed" || t.filters === 8],
    ["not (state = complete)", (t: Trial) => t.state !== "complete"],
    ['note ~ "VALUEERROR"', (t: Trial) => t.state === "failed" && t.number % 2 === 0],
    ["holdoutAccuracy > 0.97", (t: Trial) => (t.objective ?? 0) > 0.97],
  ])("filters by %s", async (text, passes) => {
    await filterBy(text);
    const expected = trials.filter(passes).map(({ number }) => number);
    expect(expected.length).toBeGreaterThan(0);
    expect(await selected()).toBe(`${expected.length} of 150 trials selected`);
    await browser.page.locator("#trials-table").scrollIntoViewIfNeeded();
    const sorted = async () => [...(await numbers())].sort((a, b) => a - b);
    await expect.poll(sorted).toEqual(expected.slice(0, 50));
    await showAll();
  });

  test.each([
    ["filters >=", "expected a value at the end"],
    ["nothing = 1", "there is no column nothing"],
    ["filters = 8 filters", "found filters, expected and, or, or the end"],
    ["alert(1)", "there is no column alert"],
  ])("says what is wrong with the filter %s, and keeps what was shown", async (text, message) => {
    await filterBy(text);
    expect(await browser.page.locator("#filter-fault").innerText()).toBe(message);
    expect(await selected()).toBe("150 of 150 trials selected");
    await filterBy("");
    expect(await browser.page.locator("#filter-fault").innerText()).toBe("");
  });

  test("sorts by a column, both ways, what has no value last", async () => {
    const { page } = browser;
    const ranked = trials.flatMap(({ objective }) => (objective === null ? [] : [objective]));
    const head = page.locator("#trials-table th button", { hasText: "holdoutAccuracy" });
    await head.click();
    const ascending = [...ranked].sort((a, b) => a - b).map((value) => value.toFixed(5));
    expect(await readColumn(browser, "holdoutAccuracy")).toEqual(ascending.slice(0, 50));
    await head.click();
    expect(await readColumn(browser, "holdoutAccuracy")).toEqual(
      ascending.toReversed().slice(0, 50),
    );
    const sorted = page.locator("#trials-table th[aria-sort]");
    expect(await sorted.getAttribute("aria-sort")).toBe("descending");
    await page.getByRole("button", { name: "Rows after" }).click();
    await page.getByRole("button", { name: "Rows after" }).click();
    const last = await readColumn(browser, "holdoutAccuracy");
    expect(last.slice(-3)).toEqual(["–", "–", "–"]);
  });

  test("gives the CSV of what is shown", async () => {
    const { page } = browser;
    await filterBy("filters = 64");
    const download = page.waitForEvent("download");
    await page.getByRole("button", { name: "Save as CSV" }).click();
    const csv = readFileSync(await (await download).path(), "utf8")
      .trimEnd()
      .split("\n");
    const [head = "", ...rows] = csv.map((line) => line.split(","));
    const at = (name: string): number => head.indexOf(name);
    const found = rows.map((row) => ({
      number: Number(row[at("trial")]),
      objective: row[at("holdoutAccuracy")] === "" ? null : Number(row[at("holdoutAccuracy")]),
    }));
    const expected = trials
      .filter(({ filters }) => filters === 64)
      .map(({ number, objective }) => ({ number, objective }));
    expect(found.sort((a, b) => a.number - b.number)).toEqual(expected);
    await showAll();
  });

  test("copies the YAML that bsweep best prints", async () => {
    const { page, context } = browser;
    await context.grantPermissions(["clipboard-read", "clipboard-write"]);
    await page.locator("#answer").getByRole("button", { name: "Copy the YAML" }).click();
    await page.getByRole("button", { name: "Copied" }).waitFor();
    const copied = await page.evaluate("navigator.clipboard.readText()");
    expect(copied).toBe(await page.locator("#best-yaml").textContent());
    expect(copied).toMatch(/^# Trial \d+ of study digits/);
  });

  test("shows one trial whole, with its attempts", async () => {
    const { page } = browser;
    await filterBy("trial = 34");
    await page.locator("#trials-table").scrollIntoViewIfNeeded();
    await page.getByRole("button", { name: "Look at trial 34" }).click();
    const text = await page.locator("#trial").innerText();
    expect(text).toContain("Trial 34");
    expect(text).toContain("the trainer ended with status 1: ");
    expect(text).toContain("\\u001b[31mValueError: nan");
    expect(text).toMatch(/exec-\d/);
    await showAll();
  });

  test("counts mistakes as the stored predictions have them", async () => {
    const { page } = browser;
    const caption = await page.locator("#confusion table caption").last().innerText();
    const [, number, wrong, rows] = /Trial (\d+): (\d+) of (\d+) wrong/.exec(caption) ?? [];
    const read = (column: string): number | undefined =>
      queryNumbers(
        databaseOf(study),
        `SELECT ${column} FROM results JOIN trials USING (trial) WHERE number = ${number}`,
      )[0];
    expect(Number(rows)).toBe(read("holdout_count"));
    expect(Number(wrong)).toBe(read("holdout_count - holdout_correct"));
    expect(await page.locator(".thumbnails li").count()).toBeGreaterThan(10);
  });

  test("shows the rows that most trials take for another class", async () => {
    const { page } = browser;
    const link = page
      .locator("#confusion")
      .getByRole("button", { name: /taken for/ })
      .first();
    const [truth = -1, said = -1] = (await link.innerText()).match(/\d/g)?.map(Number) ?? [];
    await link.click();
    const shown = page.locator("#confusion [aria-live] li");
    expect(await page.locator("#confusion select").last().inputValue()).toBe(
      `${truth} taken for ${said}`,
    );
    const labels = Uint8Array.from({ length: 2000 }, (_, row) => row % 10);
    const { holdout: held } = splitRows(labels, { holdout: 0.1, validation: 0, seed: 1 });
    const predictions = query(
      databaseOf(study),
      "SELECT holdout_predictions AS said FROM details WHERE holdout_predictions IS NOT NULL",
    ).map((row) => row["said"] as Uint8Array);
    const expected = Array.from(held, (row, place) => ({
      row,
      trials: predictions.filter((each) => labels[row] === truth && each[place] === said).length,
    }))
      .filter(({ trials: count }) => count > 0)
      .sort((a, b) => b.trials - a.trials || a.row - b.row)
      .slice(0, 8);
    expect(expected.length).toBeGreaterThan(1);
    const texts = await shown.allInnerTexts();
    const rows = texts.map((text) =>
      Number(/row ([\d\u202f]+)/.exec(text)?.[1]?.replace("\u202f", "")),
    );
    expect(rows).toEqual(expected.map(({ row }) => row));
    const share = Math.round((100 * (expected[0]?.trials ?? 0)) / predictions.length);
    expect(texts[0]).toContain(`by ${share}`);
    expect(texts.every((text) => text.startsWith(`${truth} taken for ${said}`))).toBe(true);
  });

  test("selects the trials that cannot be told from the best, and shows each", async () => {
    const { page } = browser;
    const { tieGroup } = JSON.parse(
      readFileSync(await writeReport(study, "report.json", ["--format=json"]), "utf8"),
    ) as { tieGroup: { members: readonly { number: number }[] } };
    const members = tieGroup.members.map(({ number }) => number).sort((a, b) => a - b);
    expect(members.length).toBeGreaterThan(1);
    const button = page.locator("#tie-group");
    await button.click();
    expect(await button.getAttribute("aria-pressed")).toBe("true");
    expect(await selected()).toBe(`${members.length} of 150 trials selected`);
    await page.locator("#trials-table").scrollIntoViewIfNeeded();
    await expect
      .poll(async () => (await numbers()).filter((number) => !members.includes(number)))
      .toEqual([]);
    await page.locator(".members .link").last().click();
    expect(members).toContain(
      Number((await page.locator("#trial h3").innerText()).replace("Trial ", "")),
    );
    await showAll();
    expect(await button.getAttribute("aria-pressed")).toBe("false");
  });

  test("is dark when asked to be, and stays so", async () => {
    const { page } = browser;
    const ground = (): Promise<unknown> =>
      page.evaluate("getComputedStyle(document.body).backgroundColor");
    expect(await ground()).toBe("rgb(255, 255, 255)");
    await page.getByRole("button", { name: "Dark colours" }).click();
    expect(await ground()).toBe("rgb(20, 23, 27)");
    await page.getByRole("button", { name: "Light colours" }).click();
    expect(await ground()).toBe("rgb(255, 255, 255)");
  });

  test("prints", async () => {
    const pdf = await browser.page.pdf({ format: "A4" });
    expect(pdf.subarray(0, 5).toString()).toBe("%PDF-");
    expect(pdf.toString("latin1").match(/\/Type \/Page\b/g)?.length).toBeGreaterThan(3);
  });

  test("never said a word on the console", () => {
    expect(browser.complaints).toEqual([]);
  });

  test.each([
    [1280, "light"],
    [1280, "dark"],
    [400, "light"],
    [400, "dark"],
  ] as const)(
    "leaves nothing for axe to complain about at %i pixels, %s",
    async (width, colorScheme) => {
      const seen = await openReport(file, { width, colorScheme, bypassCSP: true });
      const { page } = seen;
      try {
        for (const section of await page.locator("section").all())
          await section.scrollIntoViewIfNeeded();
        await page.evaluate(
          'document.querySelectorAll("details").forEach((each) => (each.open = true))',
        );
        await page.waitForTimeout(300);
        expect(await findViolations(seen)).toEqual([]);
        expect(await page.evaluate("document.documentElement.scrollWidth")).toBe(width);
        expect(seen.complaints).toEqual([]);
      } finally {
        await seen.close();
      }
    },
  );
});
