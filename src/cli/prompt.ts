import { createInterface } from "node:readline/promises";

/** Questions on a terminal, one line each; an empty answer takes the proposal. */
export interface Prompt {
  /** @param proposal what an empty answer means; "" for nothing */
  ask(question: string, proposal: string): Promise<string>;
  /** Asks again until the answer is one of `choices`. */
  choose<T extends string>(question: string, choices: readonly T[], proposal: T): Promise<T>;
  close(): void;
}

/** Asks on stderr, so that stdout holds results alone. Ctrl-C ends the program as it does anywhere. */
export function openPrompt(): Prompt {
  const lines = createInterface({ input: process.stdin, output: process.stderr });
  lines.once("SIGINT", () => process.kill(process.pid, "SIGINT"));
  // A closed input answers nothing for ever: the proposals are taken.
  const closed = new Promise<string>((resolve) => lines.once("close", () => resolve("")));
  const ask = async (question: string, proposal: string): Promise<string> => {
    const suffix = proposal === "" ? "" : ` [${proposal}]`;
    const answer = await Promise.race([lines.question(`${question}${suffix}: `), closed]);
    return answer.trim() === "" ? proposal : answer.trim();
  };
  return {
    ask,
    choose: async (question, choices, proposal) => {
      for (;;) {
        const answer = await ask(`${question} (${choices.join(", ")})`, proposal);
        const chosen = choices.find((choice) => choice === answer);
        if (chosen !== undefined) return chosen;
        const found = JSON.stringify(answer);
        process.stderr.write(`found ${found}, expected one of ${choices.join(", ")}\n`);
      }
    },
    close: () => lines.close(),
  };
}
