import { checker, type Check } from "./check.ts";
import type { DoctorContext } from "./context.ts";

/** Inside a job of LSF, such as an interactive one that bsweep itself runs in: can it reach LSF from there? */
export function checkSession({ site, environment }: DoctorContext): Check[] {
  const job = environment["LSB_JOBID"];
  if (site.scheduler !== "lsf" || job === undefined) return [];
  const inside = checker(`inside job ${job}`);
  const missing = ["LSF_ENVDIR", "LSF_BINDIR", "LSF_SERVERDIR"].filter(
    (name) => environment[name] === undefined,
  );
  return [
    ...(site.container === "docker" && environment["LSF_DOCKER_NETWORK"] !== "host"
      ? [
          inside.fail(
            "the container has no host network, which bsub needs",
            "export LSF_DOCKER_NETWORK=host before the bsub that starts this job",
          ),
        ]
      : [inside.ok("host network")]),
    missing.length === 0
      ? inside.ok("LSF's environment is here")
      : inside.warn(`not set: ${missing.join(", ")}`, "source LSF's profile"),
  ];
}
