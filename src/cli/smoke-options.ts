import type { SmokeOptions } from "../app/smoke.ts";
import { BsweepError } from "../core/errors.ts";
import { parseDurationSeconds } from "../core/quantities.ts";

const MOST_ELEMENTS = 20;

/** @throws BsweepError USAGE */
export function readSmokeOptions(options: {
  readonly study: string | undefined;
  readonly site: string | undefined;
  readonly elements: number;
  readonly hosts: number;
  readonly timeout: string;
}): Pick<SmokeOptions, "studyFile" | "site" | "elements" | "hosts" | "timeoutSeconds"> {
  const { study, site, elements, hosts, timeout } = options;
  if (!Number.isInteger(elements) || elements < 1 || elements > MOST_ELEMENTS)
    throw wrong("elements", elements, `1 to ${MOST_ELEMENTS}`);
  if (hosts !== 1 && hosts !== 2) throw wrong("hosts", hosts, "1 or 2");
  const timeoutSeconds = parseDurationSeconds(timeout);
  if (timeoutSeconds === undefined) throw wrong("timeout", timeout, "a time such as 30m");
  return {
    ...{ elements, hosts, timeoutSeconds },
    ...(study === undefined ? {} : { studyFile: study }),
    ...(site === undefined ? {} : { site }),
  };
}

function wrong(option: string, found: string | number, expected: string): BsweepError {
  return new BsweepError("USAGE", `--${option}: found ${found}, expected ${expected}`);
}
