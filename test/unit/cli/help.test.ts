import { join } from "node:path";
import { expect, test } from "vitest";
import { commands } from "../../../src/cli/commands/index.ts";
import { createParser } from "../../../src/cli/run.ts";
import { packageRoot } from "../../../src/workspace/package.ts";

/** What `bsweep WORDS --help` prints. */
function helpOf(words: readonly string[]): Promise<string> {
  const argv = [...words, "--help"];
  return new Promise((resolve) => {
    void createParser(argv).parse(argv, (_error: unknown, _argv: unknown, output: string) =>
      resolve(output.trim()),
    );
  });
}

/** The commands below one, read from its help: `bsweep runtime install`. */
function listInner(name: string, help: string): string[] {
  return [...help.matchAll(new RegExp(`^  bsweep ${name} (\\w+)  `, "gm"))].map(
    ([, inner]) => `${name} ${inner ?? ""}`,
  );
}

async function section(name: string): Promise<string> {
  const help = await helpOf(name.split(" "));
  const inner = await Promise.all(listInner(name, help).map(section));
  return [`## bsweep ${name}\n\n\`\`\`\n${help}\n\`\`\``, ...inner].join("\n\n");
}

test("docs/cli.md holds the help texts as they are", async () => {
  const names = commands.map(({ command }) => String(command).split(" ", 1)[0] ?? "");
  const text = [
    "# The command line",
    "What `bsweep --help` and `bsweep COMMAND --help` print; written by a test (`npx vitest run test/unit/cli --update`). What an\nerror means, and the exit status, stands in [errors.md](errors.md).",
    `\`\`\`\n${await helpOf([])}\n\`\`\``,
    ...(await Promise.all(names.map(section))),
  ].join("\n\n");
  await expect(`${text}\n`).toMatchFileSnapshot(join(packageRoot(), "docs", "cli.md"));
});
