import { chmodSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { makeSuiteFolder } from "../support/folder.ts";
import { startLsf, type Lsf } from "../support/lsf/lsf.ts";
import { eventually } from "../support/lsf/suite.ts";
import { BASE_IMAGE } from "../support/podman/base-image.ts";
import { openPodman } from "../support/podman/open.ts";
import { PODMAN, requireHere } from "../support/requirements.ts";

describe.runIf(requireHere(PODMAN))(
  "elements in containers, as compute1's wrapper starts them",
  () => {
    const folder = makeSuiteFolder();
    const [work, volume, elsewhere] = ["work", "volume", "elsewhere"].map((name) =>
      join(folder, name),
    ) as [string, string, string];
    let lsf: Lsf;

    beforeAll(async () => {
      for (const name of [work, volume, elsewhere]) {
        mkdirSync(name);
        chmodSync(name, 0o777);
      }
      chmodSync(folder, 0o755);
      const { command, environment } = await openPodman();
      lsf = await startLsf({
        mode: "podman",
        clockScale: 10,
        podman: { command, environment, userId: 61_017, groupId: 61_018 },
      });
    });
    afterAll(() => lsf.stop());

    const options = ["-q", "general", "-a", `docker(${BASE_IMAGE})`, "-R", "rusage[mem=256MB]"];

    async function submit(
      script: string,
      more: readonly string[] = [],
      env: Readonly<Record<string, string>> = {},
    ): Promise<number> {
      const { stdout, stderr } = await lsf.run("bsub", [...options, ...more], {
        stdin: `#!/bin/sh\n${script}\n`,
        cwd: work,
        env: { PWD: work, ...env },
      });
      const id = /Job <(\d+)>/.exec(stdout)?.[1];
      if (id === undefined) throw new Error(stderr);
      return Number(id);
    }

    /** Runs it to its end; what it has put out. */
    async function run(script: string, env: Readonly<Record<string, string>> = {}) {
      const id = await submit(script, ["-o", join(work, "%J.log")], env);
      await lsf.untilEnded();
      const log = readFileSync(join(work, `${id}.log`), "utf8");
      const output = /The output \(if any\) follows:\n\n([^]*)\n\n$/.exec(log)?.[1] ?? log;
      return { output: output.trimEnd(), ...(await lsf.element(id)) };
    }

    test("see the submission's folder and the listed volumes, and nothing else", async () => {
      const env = { LSF_DOCKER_VOLUMES: `${volume}:${volume} ${volume}:/other:ro` };
      const { output, state } = await run(
        `pwd; touch ${volume}/made; ls /other; touch /other/more 2> /dev/null || echo read-only; ls ${elsewhere} 2> /dev/null || echo nothing`,
        env,
      );
      expect(output).toBe(`${work}\nmade\nread-only\nnothing`);
      expect(state).toBe("DONE");
    });

    test("are the user, without a passwd entry or capabilities", async () => {
      const { output } = await run(
        "id -u; id -g; whoami 2> /dev/null || echo nobody; grep CapEff /proc/self/status",
      );
      expect(output).toBe("61017\n61018\nnobody\nCapEff:\t0000000000000000");
    });

    test("have the submitter's environment, its PATH too, and LSF's", async () => {
      const path = `/opt/mine:${lsf.commands}:${process.env["PATH"] ?? ""}`;
      const { output } = await run(`echo "$PATH|$MINE|$LSB_JOBINDEX|$LSB_QUEUE"`, {
        MINE: "it's $mine",
        PATH: path,
      });
      expect(output).toBe(`${path}|it's $mine|0|general`);
    });

    test("LSF_DOCKER_... count in bsub's environment, and not in the job file", async () => {
      const inFile = `export LSF_DOCKER_VOLUMES=${elsewhere}:${elsewhere}\nls ${elsewhere} 2> /dev/null || echo nothing`;
      expect((await run(inFile)).output).toBe("nothing");
      const file = join(work, "variables");
      writeFileSync(file, "FROM_FILE=yes\n");
      const { output } = await run(
        `echo "$FROM_FILE"; ls /sys/class/net; df -k /dev/shm | awk 'END { print $2 }'`,
        {
          LSF_DOCKER_NETWORK: "none",
          LSF_DOCKER_SHM_SIZE: "8m",
          LSF_DOCKER_ENV_FILE: file,
        },
      );
      expect(output).toBe("yes\nlo\n8192");
    });

    test("without LSF_DOCKER_PRESERVE_ENVIRONMENT keep what LSF sets", async () => {
      const { output } = await run(`echo "$MINE|$LSB_JOBID|$PATH"`, {
        MINE: "mine",
        LSF_DOCKER_PRESERVE_ENVIRONMENT: "false",
      });
      expect(output).toMatch(/^\|\d+\|\/usr\/local\/sbin:/);
    });

    test("die at their memory limit with 137", async () => {
      const program = "const held = []; setInterval(() => held.push(Buffer.alloc(4e7, 1)), 10)";
      const { state, exitCode } = await run(`exec node -e '${program}'`);
      expect({ state, exitCode }).toEqual({ state: "EXIT", exitCode: 137 });
    });

    test("the first process hears of signals; a shell there ignores them until it is killed", async () => {
      const deaf = await submit("sleep 300; true");
      const program = `process.on("SIGINT", () => process.exit(75)); require("fs").writeFileSync("ready", ""); setInterval(() => {}, 1000)`;
      const listens = await submit(`exec node -e '${program}'`);
      await eventually(() => existing(join(work, "ready"))).toBe(true);
      await eventually(async () => (await lsf.element(deaf)).state).toBe("RUN");
      await lsf.run("bkill", [String(deaf), String(listens)]);
      await lsf.untilEnded();
      expect(await lsf.element(listens)).toMatchObject({ exitCode: 75, reason: "TERM_OWNER" });
      expect(await lsf.element(deaf)).toMatchObject({ exitCode: 137, reason: "TERM_OWNER" });
    });

    test("docker_exec runs a command in the container of a running job", async () => {
      const id = await submit("echo here > /tmp/mark; until test -e go; do sleep 0.1; done");
      await eventually(async () => (await lsf.element(id)).state).toBe("RUN");
      const attach = (command: string) =>
        lsf.run("bsub", ["-q", "general-interactive", "-I", "-a", `docker_exec(${id})`, command], {
          cwd: work,
          env: { PWD: work },
        });
      await eventually(async () => (await attach("cat /tmp/mark")).stdout).toContain("\nhere\n");
      expect(await attach("exit 3")).toMatchObject({ status: 3 });
      writeFileSync(join(work, "go"), "");
      await lsf.untilEnded();
      expect(await attach("true")).toMatchObject({ status: 1 });
    });

    test("an interactive job runs in the image, in the terminal of its bsub", async () => {
      const interactive = await lsf.run(
        "bsub",
        ["-q", "general-interactive", "-I", "-a", `docker(${BASE_IMAGE})`, "cat; id -u"],
        { cwd: work, stdin: "typed\n", env: { PWD: work } },
      );
      expect(interactive.status).toBe(0);
      expect(interactive.stdout).toContain("typed\n61017\n");
    });

    test("blaunch starts tasks on the other hosts; they die with their host", async () => {
      const path = `${lsf.commands}:/usr/local/bin:/usr/bin:/bin`;
      const spread = ["-n", "2", "-R", "span[ptile=1]"];
      const id = await submit(
        `blaunch sh -c 'echo "$BSWEEP_EMULATED_HOST $(id -u)" >> hosts'
       blaunch -z "exec-2" sh -c 'touch started; sleep 300'; echo "status $?" > over`,
        spread,
        { PATH: path, LSF_DOCKER_NETWORK: "none" },
      );
      await eventually(() => existing(join(work, "started"))).toBe(true);
      await lsf.killHost("exec-2");
      await lsf.untilEnded();
      await lsf.returnHost("exec-2");
      expect(await lsf.element(id)).toMatchObject({ state: "DONE" });
      expect(readFileSync(join(work, "over"), "utf8")).toBe("status 137\n");
      const hosts = readFileSync(join(work, "hosts"), "utf8").split("\n").sort();
      expect(hosts).toEqual(["", "exec-1 61017", "exec-2 61017"]);
    });

    test("a job without an image is refused", async () => {
      const { status, stderr } = await lsf.run("bsub", ["-q", "general", "true"]);
      expect(status).toBe(255);
      expect(stderr).toContain("Request aborted by esub. Job not submitted.");
    });
  },
);

function existing(file: string): boolean {
  try {
    readFileSync(file);
    return true;
  } catch {
    return false;
  }
}
