#!/usr/bin/env node
import { runJobProgram } from "./cli/job-program.ts";
import { outliveReaders } from "./cli/output.ts";

outliveReaders();
const argv = process.argv.slice(2);
// What job files call starts without the command line's parser.
process.exitCode =
  (await runJobProgram(argv)) ?? (await (await import("./cli/run.ts")).runCli(argv));
