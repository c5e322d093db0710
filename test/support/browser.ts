import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type BrowserContext, chromium, type Page } from "playwright-core";

/** Debian's. */
const CHROMIUM = "/usr/bin/chromium";

/** A browser that asks nobody anything by itself. */
const ARGUMENTS = [
  "--no-sandbox",
  "--disable-gpu",
  "--disable-quic",
  "--no-first-run",
  "--disable-background-networking",
  "--disable-component-update",
  "--disable-sync",
];

export interface BrowserOptions {
  readonly width?: number;
  readonly height?: number;
  readonly colorScheme?: "light" | "dark";
  /** For what a test itself puts into a page, which the page's own policy would refuse. */
  readonly bypassCSP?: boolean;
}

/** A Chromium with a profile of its own, and all that it said or asked for. */
export interface Browser {
  readonly page: Page;
  readonly context: BrowserContext;
  /** Messages on the console, errors that nobody caught, and requests for anything but files and data. */
  readonly complaints: string[];
  readonly close: () => Promise<void>;
}

export async function openBrowser(options: BrowserOptions = {}): Promise<Browser> {
  const { width = 1280, height = 900, colorScheme = "light", bypassCSP = false } = options;
  const profile = mkdtempSync(join(tmpdir(), "bsweep-chromium-"));
  const context = await chromium.launchPersistentContext(profile, {
    ...{ executablePath: CHROMIUM, args: ARGUMENTS, headless: true },
    ...{ viewport: { width, height }, colorScheme, bypassCSP, acceptDownloads: true },
  });
  const complaints: string[] = [];
  const page = context.pages()[0] ?? (await context.newPage());
  page.on("console", (message) => complaints.push(`console: ${message.text()}`));
  page.on("pageerror", (error) => complaints.push(`error: ${error.message}`));
  page.on("request", (request) => {
    if (!/^(?:file|data|blob|about):/.test(request.url()))
      complaints.push(`request: ${request.url()}`);
  });
  return {
    ...{ page, context, complaints },
    close: async () => {
      await context.close();
      rmSync(profile, { recursive: true, force: true });
    },
  };
}
