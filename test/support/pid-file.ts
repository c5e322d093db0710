import { readFileSync } from "node:fs";
import { until } from "./bsweep-process.ts";

/** The process id that `echo $$ > FILE` leaves, as soon as it is there. */
export async function readPid(file: string): Promise<number> {
  let text = "";
  await until(() => {
    try {
      text = readFileSync(file, "utf8");
    } catch {
      // Not yet.
    }
    return text.endsWith("\n");
  });
  return Number(text);
}
