#!/usr/bin/env node
import { runCli } from "./cli/run.ts";
import { outliveReaders } from "./cli/output.ts";

outliveReaders();
process.exitCode = await runCli(process.argv.slice(2));
