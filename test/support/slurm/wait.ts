import { setTimeout as sleep } from "node:timers/promises";

/** Long enough for anything here on a busy machine; what takes longer is stuck. */
const PATIENCE_SECONDS = 120;
const POLL_MILLISECONDS = 100;

/**
 * Looks again and again until `condition` holds. @throws Error when it never does, with what `explain`
 * tells
 */
export async function waitUntil(
  what: string,
  condition: () => boolean | Promise<boolean>,
  explain: () => string | Promise<string> = () => "",
): Promise<void> {
  const end = Date.now() + PATIENCE_SECONDS * 1000;
  while (!(await condition())) {
    if (Date.now() > end) {
      throw new Error(`waited in vain until ${what}\n${await explain()}`);
    }
    await sleep(POLL_MILLISECONDS);
  }
}
