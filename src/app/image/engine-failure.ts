import { BsweepError } from "../../core/errors.ts";
import type { EngineName } from "../../core/image.ts";

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
