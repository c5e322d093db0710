import { constants } from "node:os";
import { Refusal } from "../daemon/refusal.ts";

const NAMES = Object.keys(constants.signals) as NodeJS.Signals[];

export const SIGNAL_LIST = NAMES.map((name) => name.slice(3)).join(" ");

/** A name with or without SIG, or a number; CMD bkill -s. */
export function parseSignal(text: string): NodeJS.Signals {
  const found = NAMES.find(
    (name) => name === text || name === `SIG${text}` || String(constants.signals[name]) === text,
  );
  if (found === undefined) throw new Refusal(`${text}: Illegal signal value`);
  return found;
}
