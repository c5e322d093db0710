import { type Browser, chromium, type Page } from "playwright-core";

/** Debian's. Without its services it asks nothing of any network by itself. */
const OPTIONS = {
  executablePath: "/usr/bin/chromium",
  args: [
    ...["--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-sync"],
    ...["--disable-background-networking", "--disable-component-update"],
  ],
};

/** Opens a page of a server of this machine in Chromium; what it says on its console as an error is kept. */
export async function withPage<T>(
  url: string,
  look: (page: Page, errors: readonly string[]) => Promise<T>,
): Promise<T> {
  let browser: Browser | undefined;
  try {
    browser = await chromium.launch(OPTIONS);
    const page = await browser.newPage({ viewport: { width: 1280, height: 1600 } });
    const errors: string[] = [];
    page.on("pageerror", (error) => errors.push(error.message));
    await page.goto(url);
    return await look(page, errors);
  } finally {
    await browser?.close();
  }
}
