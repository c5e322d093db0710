#!/usr/bin/env node
const argv = process.argv.slice(2);
void start().then((status) => (process.exitCode = status));

/** What job files call is a program by itself (scripts/build.mjs): elements start by the thousand. */
async function start(): Promise<number> {
  if (["trial", "pool", "notice"].includes(argv[0] ?? "")) {
    const status = await (await import("./cli/job-program.ts")).runJobProgram(argv);
    if (status !== undefined) return status;
  }
  return await (await import("./cli/run.ts")).runCli(argv);
}
