import { BsweepError } from "../../core/errors.ts";
import { ENGINES, type EngineName } from "../../core/image.ts";
import { runProcess } from "../../process/exec.ts";

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
    failures.push(
      `${engine}: ${probe.exitStatus === null ? "not on PATH" : lastLine(probe.stderr)}`,
    );
  }
  throw new BsweepError("ENGINE_MISSING", `no engine for images answers: ${failures.join("; ")}`, {
    hint: "install podman or Docker, or start Docker's daemon; on compute1, docker/README.md tells how LSF builds images",
  });
}

function lastLine(text: string): string {
  return text.trim().split("\n").at(-1) ?? "";
}
