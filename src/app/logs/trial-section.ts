import { escapeControls } from "../../core/printable.ts";

/** Tabs stay; nothing else that moves a cursor. */
export function printable(line: string): string {
  return line.split("\t").map(escapeControls).join("\t");
}

/** How the runner begins to tell of a trial, and an element of itself. */
const TRIAL_START = /^trial \d+ \((?<trialId>[0-9a-f]{16})\): /;
const ELEMENT_START = "== job ";

/** Tells, line after line, which of an element's log are about one trial, or about the element itself. */
export function createTrialSection(trialId: string): (line: string) => boolean {
  let isOurs = true;
  return (line) => {
    const start = TRIAL_START.exec(line)?.groups?.["trialId"];
    if (start !== undefined) isOurs = start === trialId;
    else if (line.startsWith(ELEMENT_START)) isOurs = true;
    return isOurs;
  };
}
