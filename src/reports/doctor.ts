import type { DoctorReport } from "../app/doctor.ts";
import { CHECK_STATES, type Check } from "../core/check.ts";

const STATE_WIDTH = 8;

/** One line a check, with what to do under it; the counts at the end. */
export function formatDoctor({ checks }: DoctorReport): string {
  const counts = CHECK_STATES.map((state) => ({
    state,
    count: checks.filter((check) => check.state === state).length,
  })).filter(({ count }) => count > 0);
  return [
    ...checks.map(formatCheck),
    "",
    counts.map(({ state, count }) => `${count} ${state}`).join(", "),
  ].join("\n");
}

function formatCheck({ name, state, found, remedy }: Check): string {
  const line = `${state.padEnd(STATE_WIDTH)}${name}: ${found}`;
  return printable(remedy === null ? line : `${line}\n${" ".repeat(STATE_WIDTH)}-> ${remedy}`);
}

/** What commands and files said may hold anything: a terminal must not obey it. */
function printable(text: string): string {
  return text.replaceAll(/[^\P{Cc}\n]/gu, "?");
}
