// Writes what a real Slurm answers to test/fixtures/slurm, for the tests of what reads it:
// `npx tsx test/support/slurm/record-answers.ts`, about three minutes.
import { rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { answersFile, formatAnswer } from "./answers.ts";
import { type Slurm, startSlurm } from "./slurm.ts";
import { waitUntil } from "./wait.ts";

const LISTING = "%A|%a|%F|%K|%i|%T|%r|%N|%M|%j|%k";
const SACCT =
  "JobID,JobIDRaw,JobName,State,ExitCode,DerivedExitCode,Elapsed,MaxRSS,NodeList,Reason";

/** Runs a command line as bash reads it and writes down what it answers, under `/study` wherever it ran. */
async function record(slurm: Slurm, name: string, command: string): Promise<string> {
  const answer = await slurm.run("bash", "-c", `cd "$1" && ${command}`, "bash", slurm.folder);
  const plain = (text: string) => text.replaceAll(slurm.folder, "/study");
  const { exitStatus: status } = answer;
  const [stdout, stderr] = [plain(answer.stdout), plain(answer.stderr)];
  writeFileSync(answersFile(name), formatAnswer({ command, status, stdout, stderr }), {
    flag: "a",
  });
  return answer.stdout;
}

function begin(name: string, how: string): void {
  rmSync(answersFile(name), { force: true });
  writeFileSync(
    answersFile(name),
    `Slurm 22.05.8 of Debian 12, by test/support/slurm/record-answers.ts. ${how}\n` +
      "`$` the command, `=` its exit status, `>` a line of stdout, `!` a line of stderr.\n",
  );
}

const OUT = "-o /dev/null";

async function recordSubmissions(slurm: Slurm): Promise<void> {
  begin(
    "sbatch",
    "MaxArraySize 11, at most 30 jobs of a user; job.sh holds one line, `#!/bin/bash`.",
  );
  writeFileSync(join(slurm.folder, "job.sh"), "#!/bin/bash\n");
  writeFileSync(join(slurm.folder, "headless.sh"), "true\n");
  const say = (command: string) => record(slurm, "sbatch", command);
  await say(`sbatch ${OUT} job.sh`);
  await say(`sbatch --parsable ${OUT} job.sh`);
  await say(`sbatch --parsable --array=1-10%2 ${OUT} job.sh`);
  await say(`sbatch < job.sh ${OUT}`);
  await say("sbatch --test-only job.sh");
  await say("sbatch --test-only -p general-short -t 60 job.sh");
  for (const option of [
    ...[
      "--array=1-11",
      "--array=a",
      "--array=1-10%x",
      "-p nowhere",
      "-A nobody",
      "-t 60 -p general-short",
    ],
    ...[
      "-t soon",
      "--mem=1T",
      "--mem=much",
      "-c 400",
      "--gres=gpu:1",
      "--gpus=1",
      "-N 3",
      "--qos=nothing",
    ],
    ...[
      "--dependency=afterany:999999",
      "--dependency=after:x",
      "--dependency=afterok:999999 --kill-on-invalid-dep=yes",
    ],
    ...["--container-image=ubuntu", "--nonsense", "-w nowhere", "--comment='a|b' --job-name='a b'"],
  ]) {
    await say(`sbatch ${option} ${OUT} job.sh`);
  }
  await say("sbatch missing.sh");
  await say("sbatch headless.sh");
  await slurm.untilQueue("all ended", (rows) =>
    rows.every((row) => !/RUNNING|COMPLETING/.test(row.state)),
  );
  await slurm.run("scancel", "-u", "root");
  for (let wave = 1; wave <= 4; wave++) {
    await say(`sbatch --hold --array=1-10 ${OUT} --comment=wave-${wave} job.sh`);
  }
  await slurm.run("scancel", "-u", "root");
}

/** One array whose elements end in every way, and jobs that wait for every reason. */
async function submitAllStates(slurm: Slurm): Promise<void> {
  const body = `case $SLURM_ARRAY_TASK_ID in
 1) exit 0;; 2) exit 3;; 3|4|8|9|10) exec sleep 600;; 5) kill -SEGV $$;; 6) x=$(head -c 400M /dev/zero | tr '\\0' x);;
 7) [ $SLURM_RESTART_COUNT ] || exec sleep 600;; esac`;
  writeFileSync(join(slurm.folder, "all.sh"), `#!/bin/bash\n${body}\n`);
  const [lost = ""] = slurm.nodes.slice(1);
  const submit = async (...args: readonly string[]) => {
    const { stdout, stderr } = await slurm.run(
      "sbatch",
      "--parsable",
      "-D",
      slurm.folder,
      "-o",
      "/dev/null",
      ...args,
    );
    if (stdout === "") throw new Error(stderr);
    return stdout;
  };
  const file = (name: string) => join(slurm.folder, name);
  const all = await submit(
    "-J",
    "all",
    "--comment=nonce",
    "--mem=100",
    "-t",
    "1",
    "--array=1-10",
    "-x",
    lost,
    file("all.sh"),
  );
  const failing = await submit("-J", "failing", "--wrap", "exit 1");
  const node = await submit(
    "-J",
    "lost",
    "-w",
    lost,
    "--no-requeue",
    "-t",
    "30",
    "--wrap",
    "sleep 600",
  );
  await submit(
    "-J",
    "throttled",
    "--array=1-4%1",
    "-t",
    "30",
    "--mem=100",
    "-x",
    lost,
    "--wrap",
    "sleep 600",
  );
  await submit("-J", "chained", `--dependency=afterany:${all}`, "--array=1-3", "--wrap", "true");
  await submit("-J", "held", "--hold", "--array=1-2", "--wrap", "true");
  await submit("-J", "later", "--begin=now+1hour", "--wrap", "true");
  await submit("-J", "never", `--dependency=afterok:${failing}`, "--wrap", "true");
  await submit(
    "-J",
    "killed",
    `--dependency=afterok:${failing}`,
    "--kill-on-invalid-dep=yes",
    "--wrap",
    "true",
  );
  await submit(
    "-J",
    "large",
    "-c",
    "4",
    "--mem=4096",
    "-w",
    slurm.nodes[0] ?? "",
    "--wrap",
    "true",
  );
  await slurm.untilQueue("the elements run", (rows) => {
    const at = (id: string) => rows.find((row) => row.id === id)?.state;
    return (
      at(`${all}_6`) === "OUT_OF_MEMORY" && at(`${all}_4`) === "RUNNING" && at(node) === "RUNNING"
    );
  });
}

async function recordQueue(slurm: Slurm): Promise<string> {
  begin("squeue", "Job all: elements that end in every way; others wait for every reason.");
  const say = (command: string) => record(slurm, "squeue", command);
  await submitAllStates(slurm);
  const all = (await slurm.queue()).find((row) => row.name === "all")?.id.split("_")[0] ?? "";
  await say(`squeue -h -r -t all -n all -o '${LISTING}'`);
  await slurm.run("scancel", `${all}_4`);
  await slurm.run("scontrol", "requeue", `${all}_7`);
  await slurm.killNode(slurm.nodes[1] ?? "");
  await say(`squeue -h -r -t all -o '${LISTING}'`);
  await slurm.untilQueue("time and node have run out", (rows) => {
    const states = rows.map((row) => row.state);
    return states.includes("TIMEOUT") && states.includes("NODE_FAIL");
  });
  await slurm.untilQueue("the last elements of all have ended", (rows) =>
    rows
      .filter((row) => row.id.startsWith(`${all}_`))
      .every((row) => !/PENDING|RUNNING|COMPLETING/.test(row.state)),
  );
  await say(`squeue -h -r -t all -o '${LISTING}'`);
  await say(`squeue -h -t all -o '${LISTING}'`);
  await say("squeue -h -r");
  await say(`squeue -h -r -t all -j ${all} -o '%i|%T|%r'`);
  await say(`squeue -h -r -t all -j ${all},999999 -o '%i|%T|%r'`);
  await say("squeue -h -r -t all -j 999999 -o '%i|%T|%r'");
  await say("squeue -h -r -t all -j x -o '%i|%T|%r'");
  await say("squeue -h -r -t all -n nothing -o '%i|%T|%r'");
  await say(`squeue -h -r -t all -j ${all} -O 'JobArrayID:20,State:20,exit_code:10,ReasonList:40'`);
  return all;
}

async function recordControl(slurm: Slurm, all: string): Promise<void> {
  begin("scontrol", "Job all has ended, throttled runs one element, the others wait.");
  const say = (command: string) => record(slurm, "scontrol", command);
  const rows = await slurm.queue();
  const find = (name: string) => rows.find((row) => row.name === name)?.id.split("_")[0] ?? "";
  const [throttled, held] = [find("throttled"), find("held")];
  await say(`scontrol show job ${throttled}`);
  await say(`scontrol -o show job ${all}_2`);
  await say("scontrol show job 999999");
  await say(`scontrol update JobId=${throttled} ArrayTaskThrottle=2`);
  await say(`scontrol show job ${throttled}_4`);
  await say(`scontrol update JobId=${throttled} ArrayTaskThrottle=0`);
  await say(`scontrol update JobId=${throttled} ArrayTaskThrottle=x`);
  await say(`scontrol update JobId=${all} ArrayTaskThrottle=2`);
  await say("scontrol update JobId=999999 ArrayTaskThrottle=2");
  await slurm.run("scancel", `${throttled}_1`);
  await slurm.untilQueue("its second element runs", (rows) =>
    rows.some(({ id, state }) => id === `${throttled}_2` && state === "RUNNING"),
  );
  await say(`scontrol update JobId=${throttled} ArrayTaskThrottle=1 # one ended, one runs`);
  await say(`scontrol hold ${throttled}`);
  await say(`scontrol release ${throttled}`);
  await say(`scontrol release ${held}`);
  await say(`scontrol hold ${all}`);
  await say("scontrol hold 999999");
  await say("scontrol release 999999");
  await say(`scontrol requeue ${all}_2`);
  await say(`scontrol requeue ${throttled}_4`);
  await say("scontrol requeue 999999");
  await say(`scontrol suspend ${throttled}_2`);
  await say(`scontrol resume ${throttled}_2`);
  await say(
    "scontrol show config | grep -E 'MaxArraySize|MaxJobCount|MinJobAge|JobRequeue|SLURM_VERSION|RequeueExit'",
  );
  await say("scontrol show partition general-short");
  await say(`scontrol -o show node ${slurm.nodes[1] ?? ""}`);
  await say("scontrol ping");
  await say("sinfo -h -o '%P|%a|%l|%D|%T|%N'");
  await say(`scancel ${throttled}_3`);
  await say(`scancel '${throttled}_[2,4]'`);
  await say(`scancel ${throttled}`);
  await say(`scancel ${all}`);
  await say(`scancel --verbose ${all}_2`);
  await say("scancel 999999");
  await say("scancel x");
  await say("scancel --name=nothing");
  await say("sbatch --version");
}

async function recordAccounts(slurm: Slurm, all: string): Promise<void> {
  begin("sacct", "Job all, as in squeue.txt.");
  const say = (command: string) => record(slurm, "sacct", command);
  await waitUntil("the cancelled ones are known", async () =>
    (await slurm.run("sacct", "-X", "-n", "-P", "-o", "JobName,State")).stdout.includes(
      "throttled|CANCELLED",
    ),
  );
  await say(`sacct -X -n -P -o ${SACCT}`);
  await say(`sacct -n -P -j ${all} -o ${SACCT}`);
  await say(`sacct -X -n -P -D -j ${all}_7 -o ${SACCT}`);
  await say(`sacct -X -P -j ${all}_2 -o JobID,State,ExitCode`);
  await say("sacct -X -n -P -j 999999 -o JobID,State,ExitCode");
  await say("sacctmgr -n -P show assoc where user=root format=account,partition,maxsubmitjobs");
}

async function recordWithoutController(slurm: Slurm): Promise<void> {
  begin("no-controller", "slurmctld is down.");
  await slurm.stopController();
  const say = (command: string) => record(slurm, "no-controller", command);
  await say(`sbatch ${OUT} job.sh`);
  await say("squeue -h -r -t all");
  await say("scancel 1");
  await say("scontrol show job 1");
  await say("scontrol update JobId=1 ArrayTaskThrottle=2");
  await say("scontrol ping");
}

const accounted = await startSlurm({ maxArraySize: 11, maxSubmitJobs: 30, minJobAgeSeconds: 600 });
await recordSubmissions(accounted);
const all = await recordQueue(accounted);
await recordControl(accounted, all);
await recordAccounts(accounted, all);
await recordWithoutController(accounted);
await accounted.stop();

const forgetful = await startSlurm({ nodes: 1 });
begin("no-accounting", "AccountingStorageType accounting_storage/none.");
await record(forgetful, "no-accounting", "sacct -X -n -P");
await record(forgetful, "no-accounting", "sacctmgr -n show assoc");
await record(forgetful, "no-accounting", `sbatch -A anybody ${OUT} --wrap true`);
await forgetful.stop();
