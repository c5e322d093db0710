#!/usr/bin/env node
import { readElementArguments, startElement } from "./cli/element.ts";
import { outliveReaders } from "./cli/output.ts";
import { readPoolArguments, startPool } from "./cli/pool.ts";

outliveReaders();
process.exitCode = await start(process.argv.slice(2));

/** What job files call starts without the command line's parser. */
async function start(argv: readonly string[]): Promise<number> {
  const element = readElementArguments(argv);
  if (element !== undefined) return await startElement(element);
  const pool = readPoolArguments(argv);
  if (pool !== undefined) return await startPool(pool);
  return await (await import("./cli/run.ts")).runCli(argv);
}
