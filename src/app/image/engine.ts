import { BsweepError } from "../../core/errors.ts";
import { type EngineName, ENGINES } from "../../core/image.ts";
import { runProcess, runLines } from "../../process/exec.ts";
import type { Reporter } from "../../core/effects.ts";

/** Docker's client works without its daemon until it is asked for it. */
const PROBE: Readonly<Record<EngineName, readonly string[]>> = {
  docker: ["version", "--format", "{{.Server.Version}}"],
  podman: ["version", "--format", "{{.Version}}"],
};

/**
 * The first engine that answers, docker before podman, or the one that is wanted.
 * @throws BsweepError ENGINE_MISSING with what each of them said
 */
export async function findEngine(wanted?: EngineName): Promise<EngineName> {
  const failures: string[] = [];
  for (const engine of wanted === undefined ? ENGINES : [wanted]) {
    const probe = await runProcess(engine, PROBE[engine], { timeoutSeconds: 60 });
    if (probe.succeeded) return engine;
    const said = probe.stderr.trim().split("\n").at(-1) ?? "";
    failures.push(`${engine}: ${probe.exitStatus === null ? "not on PATH" : said}`);
  }
  throw new BsweepError("ENGINE_MISSING", `no engine for images answers: ${failures.join("; ")}`, {
    hint: "install podman or Docker, or start Docker's daemon; on compute1, docker/README.md tells how LSF builds images",
  });
}

/** Lines kept for a message. */
const KEPT_LINES = 40;

/** A command of an engine that takes long: what it says is told as it comes. */
interface EngineCommand {
  /** For messages: `Building NAME`. */
  readonly what: string;
  readonly engine: EngineName;
  readonly args: readonly string[];
  /** Where to log in, should that be missing. */
  readonly registry?: string;
}

/** @throws BsweepError ENGINE_FAILED with its last words and what helps */
export async function runEngine(
  { what, engine, args, registry }: EngineCommand,
  reporter: Reporter,
): Promise<void> {
  const output: string[] = [];
  const run = await runLines(engine, args, (line) => {
    reporter.info(line);
    output.push(line);
    if (output.length > KEPT_LINES) output.shift();
  });
  if (run.exitStatus !== 0) {
    const failure = run.exitStatus === null ? run.failure : `exit status ${run.exitStatus}`;
    throw engineFailure(what, engine, { failure, output }, registry);
  }
}

/** What the engine knows about a local image, by a Go template; undefined when there is no such image. */
export async function inspectImage(
  engine: EngineName,
  image: string,
  format: string,
): Promise<string | undefined> {
  const run = await runProcess(engine, ["image", "inspect", "--format", format, image]);
  if (run.succeeded) return run.stdout.trim();
  if (/no such (?:image|object)|image not known|no such file/i.test(run.stderr)) return undefined;
  throw new BsweepError("ENGINE_FAILED", `${engine} image inspect ${image}: ${run.stderr.trim()}`);
}

/** What engines and registries say, and what helps. The first that matches counts. */
const KNOWN: readonly (readonly [RegExp, (engine: EngineName, registry: string) => string])[] = [
  [
    /toomanyrequests|too many requests|rate limit/i,
    (engine, registry) =>
      `the registry limits how much is pulled in an hour: log in (${engine} login ${registry}), which raises the limit, or wait`,
  ],
  [
    /unauthorized|authentication required|no basic auth|access to the resource is denied|denied:|invalid username/i,
    (engine, registry) => `${engine} login ${registry}, with an account that may write there`,
  ],
  [
    /x509|certificate|server gave HTTP response to HTTPS/i,
    () => "the registry's certificate is not trusted here: docker/README.md, Behind a proxy",
  ],
  [/no space left/i, (engine) => `free space: ${engine} system df, ${engine} image prune`],
  [
    /no such host|connection refused|i\/o timeout|network is unreachable|could not resolve/i,
    () => "check the name of the registry and the network",
  ],
];

/** The error for an engine that failed: the end of what it said, and what to do where that is known. */
export function engineFailure(
  what: string,
  engine: EngineName,
  run: { readonly failure: string; readonly output: readonly string[] },
  registry = "",
): BsweepError {
  const text = run.output.join("\n");
  const hint = KNOWN.find(([pattern]) => pattern.test(text))?.[1](engine, registry).trim();
  const quoted = run.output.slice(-8).map((line) => `\n  | ${line}`);
  return new BsweepError("ENGINE_FAILED", `${what} failed (${run.failure})${quoted.join("")}`, {
    hint: hint ?? "--print shows the command, to be run by hand",
  });
}
