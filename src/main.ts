#!/usr/bin/env node
import { readElementArguments, startElement } from "./cli/element.ts";
import { outliveReaders } from "./cli/output.ts";

outliveReaders();
const argv = process.argv.slice(2);
const element = readElementArguments(argv);
process.exitCode =
  element === undefined
    ? await (await import("./cli/run.ts")).runCli(argv)
    : await startElement(element);
