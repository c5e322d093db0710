import { spawn, type ChildProcess } from "node:child_process";
import { once } from "node:events";
import {
  readFileSync,
  mkdirSync,
  mkdtempSync,
  renameSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { connect } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { text } from "node:stream/consumers";
import { build } from "esbuild";
import { COMMAND_NAMES, type CommandName } from "./command-names.ts";
import type { Fault } from "./fault.ts";
import type { ControlAnswer, Controls } from "./protocol.ts";
import type { CallRecord, ElementRecord, ForcedState, JobRecord } from "./records.ts";
import { runCommand, type CommandRun } from "./run-command.ts";
import { DEFAULT_SETTINGS, type PodmanSettings, type Settings } from "./settings.ts";
import { DEFAULT_VARIANTS, type Variants } from "./variants.ts";

/** What of an emulated LSF is other than DEFAULT_SETTINGS. */
export type LsfOptions = Partial<Omit<Settings, "variants" | "podman">> & {
  readonly variants?: Partial<Variants>;
  readonly podman?: Partial<PodmanSettings>;
};

/** An emulated LSF that runs. Its commands are programs on PATH, for any process that has `environment`. */
export class Lsf {
  /** Its state: commands, socket, spool, mail. */
  readonly folder: string;
  private readonly daemon: ChildProcess;

  constructor(folder: string, daemon: ChildProcess) {
    this.folder = folder;
    this.daemon = daemon;
  }

  /** The folder of the commands. */
  get commands(): string {
    return join(this.folder, "bin");
  }

  /** This process's environment with the commands first on PATH, and `extra`. */
  environment(extra: Readonly<Record<string, string>> = {}): NodeJS.ProcessEnv {
    return { ...process.env, PATH: `${this.commands}:${process.env["PATH"] ?? ""}`, ...extra };
  }

  /** Runs one of the commands; in the temporary folder if no other is named. */
  run(
    command: CommandName,
    args: readonly string[] = [],
    surroundings: { cwd?: string; stdin?: string; env?: Readonly<Record<string, string>> } = {},
  ): Promise<CommandRun> {
    return runCommand(command, args, {
      env: this.environment(surroundings.env),
      cwd: surroundings.cwd ?? tmpdir(),
      stdin: surroundings.stdin ?? "",
    });
  }

  /** What exists in LSF's memory, in the order of submission. */
  jobs(): Promise<JobRecord[]> {
    return this.ask("jobs");
  }

  /** Every command line that was run, in order. */
  calls(): Promise<CallRecord[]> {
    return this.ask("calls");
  }

  groups(): Promise<{ name: string; limit: number | null }[]> {
    return this.ask("groups");
  }

  mails(): Promise<{ to: string; subject: string; text: string }[]> {
    return this.ask("mails");
  }

  inject(fault: Fault): Promise<void> {
    return this.ask("inject", fault);
  }

  /** Ends all faults; commands that wait for mbatchd go on. */
  clearFaults(): Promise<void> {
    return this.ask("clearFaults");
  }

  /** Takes a command from PATH; `showCommand` puts it back. */
  hideCommand(name: CommandName): void {
    renameSync(join(this.commands, name), join(this.folder, `hidden-${name}`));
  }

  showCommand(name: CommandName): void {
    renameSync(join(this.folder, `hidden-${name}`), join(this.commands, name));
  }

  /** Puts an element that does not run into a state, as if it had come there; index 0 off arrays. */
  force(id: number, index: number, state: ForcedState): Promise<void> {
    return this.ask("force", id, index, state);
  }

  /** LSF forgets a job, as after CLEAN_PERIOD. */
  forget(id: number): Promise<void> {
    return this.ask("forget", id);
  }

  /** The host dies, with all that runs there. */
  killHost(name: string): Promise<void> {
    return this.ask("killHost", name);
  }

  /** Nobody can reach the host, whose elements are UNKWN; what runs there goes on. */
  loseHost(name: string): Promise<void> {
    return this.ask("loseHost", name);
  }

  returnHost(name: string): Promise<void> {
    return this.ask("returnHost", name);
  }

  /** Sets the emulated clock forward. */
  advance(seconds: number): Promise<void> {
    return this.ask("advance", seconds);
  }

  /** An element; index 0 off arrays. */
  async element(id: number, index = 0): Promise<ElementRecord> {
    const job = (await this.jobs()).find((known) => known.id === id);
    const element = job?.elements.find((known) => known.index === index);
    if (element === undefined) throw new Error(`LSF knows no element ${id}[${index}]`);
    return element;
  }

  /** Resolves when `test` holds for the jobs; a test's own time limit ends the wait. */
  async until(test: (jobs: readonly JobRecord[]) => boolean): Promise<JobRecord[]> {
    for (;;) {
      const jobs = await this.jobs();
      if (test(jobs)) return jobs;
      await new Promise((resolve) => setTimeout(resolve, 50));
    }
  }

  /** Resolves when no element of any job is left to run. */
  untilEnded(): Promise<JobRecord[]> {
    return this.until((jobs) =>
      jobs.every(({ elements }) => elements.every(({ state }) => /^(?:DONE|EXIT)$/.test(state))),
    );
  }

  /** Ends everything that was started, and removes the state folder. */
  async stop(): Promise<void> {
    if (this.daemon.exitCode === null && this.daemon.signalCode === null) {
      const ended = once(this.daemon, "exit");
      this.daemon.stdin?.end();
      await ended;
    }
    rmSync(this.folder, { recursive: true, force: true });
  }

  private async ask<Name extends keyof Controls>(
    control: Name,
    ...input: Parameters<Controls[Name]>
  ): Promise<ReturnType<Controls[Name]>> {
    const socket = connect(join(this.folder, "socket"));
    socket.write(`${JSON.stringify({ control, input })}\n`);
    const answer = JSON.parse(await text(socket)) as ControlAnswer;
    if ("failed" in answer) throw new Error(answer.failed);
    return answer.value as ReturnType<Controls[Name]>;
  }
}

let daemonText: Promise<Uint8Array> | undefined;

async function buildDaemon(): Promise<Uint8Array> {
  const { outputFiles } = await build({
    entryPoints: [join(import.meta.dirname, "daemon", "main.ts")],
    write: false,
    bundle: true,
    platform: "node",
    format: "esm",
    target: "node20",
    sourcemap: "inline",
    logLevel: "error",
  });
  return outputFiles[0]?.contents ?? new Uint8Array();
}

/** Starts an emulated LSF; `stop` it at the end. */
export async function startLsf(options: LsfOptions = {}): Promise<Lsf> {
  const folder = mkdtempSync(join(tmpdir(), "bsweep-lsf-"));
  const settings: Settings = {
    ...DEFAULT_SETTINGS,
    ...options,
    variants: { ...DEFAULT_VARIANTS, ...options.variants },
    podman: { ...DEFAULT_SETTINGS.podman, ...options.podman },
  };
  writeFileSync(join(folder, "settings.json"), JSON.stringify(settings));
  mkdirSync(join(folder, "bin"));
  mkdirSync(join(folder, "spool"));
  const client = readFileSync(join(import.meta.dirname, "client.mjs"), "utf8");
  // PATH may name no node; in a container it has to.
  const interpreter = settings.mode === "podman" ? "/usr/bin/env node" : process.execPath;
  const script = client.replace("#!/usr/bin/env node", `#!${interpreter}`);
  writeFileSync(join(folder, "client.mjs"), script, { mode: 0o755 });
  for (const name of COMMAND_NAMES) symlinkSync("../client.mjs", join(folder, "bin", name));
  const program = join(folder, "daemon.mjs");
  writeFileSync(program, await (daemonText ??= buildDaemon()));
  const daemon = spawn(process.execPath, ["--enable-source-maps", program, folder], {
    stdio: ["pipe", "pipe", "inherit"],
  });
  await new Promise<void>((resolve, reject) => {
    daemon.stdout.once("data", () => resolve());
    daemon.once("exit", () => reject(new Error("the emulated LSF did not start")));
  });
  return new Lsf(folder, daemon);
}
