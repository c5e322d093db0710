import { describe, expect, test } from "vitest";
import { makeLsf, makeSuiteLsf } from "../../support/lsf/suite.ts";

/** LSF-COMMANDS.md 2.1 and 2.2: what bsub says of what it does not take. */
const REFUSALS: readonly (readonly [text: string, ...args: string[]])[] = [
  ["bsub: illegal option -- foo", "-foo"],
  ["bsub: option cannot have an argument -- r", "-r=1"],
  ["nosuch: No such queue", "-q", "nosuch"],
  ["Queue has been closed", "-q", "closed"],
  ["Queue only accepts interactive jobs", "-q", "interactive-only"],
  ["Queue does not accept interactive jobs", "-q", "batch-only", "-I"],
  ["Bad user group name", "-G", "nosuch"],
  ["User not in the specified user group", "-G", "compute-other"],
  ["Bad or empty job group name", "-g", "group/without-slash"],
  ["Bad or empty job group name", "-g", "/a/"],
  ["Bad or empty job group name", "-g", "/a//b"],
  ["Bad or empty job group name", "-g", "/a b"],
  ["job group name too long", "-g", `/${"g".repeat(512)}`],
  ["Service class does not exist", "-sla", "nosuch"],
  ["No such application profile", "-app", "nosuch"],
  ["Request aborted by esub", "-a", "nosuch(image)"],
  ["Parentheses specifying esub/epsub arguments do not match", "-a", "docker(image"],
  ["Request aborted by esub", "-q", "lab", "-G", "compute-brianallen"],
  ["Request aborted by esub", "-q", "subscription"],
  ["Bad argument for option -n", "-n", "0"],
  ["Bad argument for option -n", "-n", "4,2"],
  ["Bad argument for option -n", "-n", "two"],
  ["x: Bad RUNLIMIT specification", "-W", "x"],
  ["0: Bad RUNLIMIT specification", "-W", "0"],
  ["RUNLIMIT: Cannot exceed queue's hard limit(s)", "-q", "general-interactive", "-W", "24:01"],
  ["MEMLIMIT value <4.5GB> is not valid. Limit must be a positive integer.", "-M", "4.5GB"],
  ["MEMLIMIT value <0> is not valid.", "-M", "0"],
  ["MEMLIMIT value <4XB> is not valid.", "-M", "4XB"],
  ["Job array index too large", "-J", "a[1-1001]"],
  ["Job array index too large", "-J", "a[1001]"],
  ["Array index overlap in the job submission", "-J", "a[1-5,5]"],
  ["You must specify a job array end index", "-J", "a[1-]"],
  ["Job array index error", "-J", "a[0-5]"],
  ["Job array index error", "-J", "a[5-1]"],
  ["Job array index error", "-J", "a[x]"],
  ["Job array index error", "-J", "a[1-5:0]"],
  ["Job array index error", "-J", "a[]"],
  ["Incorrect use of the job array index '%' character", "-J", "a[1-5]%"],
  ["Incorrect use of the job array index '%' character", "-J", "a[1-5]%0"],
  ["Incorrect use of the job array index '%' character", "-J", "a[1-5]5"],
  ["Bad job name", "-J", "with blank[1-5]"],
  ["Bad job name", "-J", "a[1-5"],
  ["Job array doesn't support -K option", "-K", "-J", "a[1-2]"],
  ["Interactive job not supported for job arrays", "-I", "-J", "a[1-2]"],
  [`Error near "select" : duplicate section`, "-R", "select[mem>1] select[mem>2]"],
  [
    `Error in select section: Expected number, string, name, or "(" but found end of section`,
    "-R",
    "select[mem>]",
  ],
  [
    "Error with <select[a && b & c] rusage[mem=50]>: '&' cannot be used in the resource requirement section",
    "-R",
    "select[a && b & c] rusage[mem=50]",
  ],
  ["Error in rusage section", "-R", "rusage[mem=]"],
  ["Error in rusage section", "-R", "rusage[mem=four]"],
  ["Bad resource name", "-R", "select[nosuch>1]"],
  ["Bad resource name", "-R", "rusage[nosuch=1]"],
  ["Bad resource requirement syntax", "-R", "nosuch[1]"],
  ["Bad resource requirement syntax", "-R", "span[hosts=2]"],
  ["Commas are not supported in the select statement", "-R", "select[mem>1,tmp>1]"],
  [
    `Multiple -R resource requirement strings are not supported on "span", "cu" and "affinity" sections.`,
    ...["-R", "span[hosts=1]", "-R", "span[ptile=1]"],
  ],
  ["GPU num not valid in gpu requirement", "-gpu", "num=0"],
  ["Invalid mode in gpu requirement", "-gpu", "num=1:mode=some"],
  ["Invalid job exclusive in gpu requirement", "-gpu", "j_exclusive=maybe"],
  ["Invalid memory in gpu requirement", "-gpu", "gmem=lots"],
  ["Invalid GPU requirement", "-gpu", "count=1"],
  ["Requeue exit value is not an integer between 0-255", "-Q", "256"],
  ["Requeue exit value is not an integer between 0-255", "-Q", "seven"],
  ["Invalid syntax for option -env", "-env", "all,,A=1"],
  ["Invalid syntax for option -env", "-env", "all,2A=1"],
  ["Cannot specify -ti without -w", "-ti"],
  ["You cannot set a job to be rerunnable and not-rerunnable at the same time", ...["-r", "-rn"]],
  ["cannot be used together", "-N", "-Ne"],
  ["cannot be used together", "-K", "-I"],
  ["cannot be used together", "-I", "-Is"],
  ["x: Illegal job priority", "-sp", "x"],
  ["Bad user priority", "-sp", "101"],
  ["x: Bad host name, host group name or cluster name", "-m", "x"],
  ["Bad time specification", "-b", "12"],
  ["Bad time specification", "-b", "25:00"],
  ["Job termination time cannot be in the past", "-t", "2001:1:1:00:00"],
  ["File name too long", "-o", "f".repeat(4095)],
  ["12345: No matching job found", "-w", "done(12345)"],
  ["nosuch: No matching job found", "-w", "nosuch"],
  ["done(1: Dependency condition syntax error", "-w", "done(1"],
  ["1 2: Dependency condition syntax error", "-w", "1 2"],
];

describe("bsub refuses", () => {
  const lsf = makeSuiteLsf({ mode: "hold" });

  test.each(REFUSALS)("%s", async (text, ...args) => {
    const before = await lsf().jobs();
    const { status, stderr } = await lsf().run("bsub", [...args, "true"]);
    expect(status).toBe(255);
    expect(stderr).toContain(text);
    expect(stderr.endsWith(". Job not submitted.\n")).toBe(true);
    expect(await lsf().jobs()).toHaveLength(before.length);
  });

  test("a job, and makes no group for it", async () => {
    expect(await lsf().run("bsub", ["-g", "/new", "-gpu", "num=0", "true"])).toMatchObject({
      status: 255,
    });
    expect((await lsf().groups()).map(({ name }) => name)).not.toContain("/new");
  });

  test("an option without its value", async () => {
    const { status, stderr } = await lsf().run("bsub", ["-J"]);
    expect(status).toBe(255);
    expect(stderr).toBe("bsub: option requires an argument -- J. Job not submitted.\n");
  });

  test("a script without a command", async () => {
    const { status, stderr } = await lsf().run("bsub", [], { stdin: "#!/bin/sh\n#BSUB -n 1\n" });
    expect(status).toBe(255);
    expect(stderr).toBe("No command is specified in the script file. Job not submitted.\n");
  });

  test("an option that it knows and does not emulate, rather than pass over it", async () => {
    const { status, stderr } = await lsf().run("bsub", ["-pack", "file"]);
    expect(status).toBe(255);
    expect(stderr).toContain("not emulated");
  });
});

describe("bsub takes", () => {
  const lsf = makeSuiteLsf({ mode: "hold" });
  const submit = async (...args: string[]) => {
    const run = await lsf().run("bsub", args);
    expect(run).toMatchObject({ status: 0, stderr: "" });
    const job = (await lsf().jobs()).at(-1);
    if (job === undefined) throw new Error(run.stdout);
    return { job, stdout: run.stdout };
  };

  test.each([
    ["a[1-5]", [1, 2, 3, 4, 5]],
    ["a[2,4,7-9:2]%2", [2, 4, 7, 9]],
    ["[1-3]", [1, 2, 3]],
    ["a.b_c-1[1000]", [1000]],
  ])("-J %s", async (specification, indices) => {
    const { job } = await submit("-J", specification, "true");
    expect(job.specification).toBe(specification);
    expect(job.elements.map(({ index }) => index)).toEqual(indices);
  });

  test.each([
    ["-R", "gpuhost rusage[mem=8GB] span[hosts=1]"],
    ["-R", "select[gpuhost && port8888=1] rusage[mem=8GB]"],
    ["-R", "select[model==Intel_Xeon_Gold6242CPU280GHz]"],
    ["-R", "select[hname!='exec-399']"],
    ["-R", "rusage[mem=20:swp=50:duration=1h,tmp=2]"],
    ["-R", "rusage[mem=120GB/job]"],
    ["-R", "rusage[mem=50] select[mem>5]"],
    ["-R", "affinity[core(4):distribute=pack] span[ptile=4]"],
    ["-gpu", "num=1:gmodel=TeslaV100_SXM2_32GB:gmem=8G:j_exclusive=yes"],
    ["-gpu", "-"],
    ["-Q", "all ~1 EXCLUDE(9)"],
    ["-env", "all, ~SECRET, A='x,y'"],
    ["-a", "docker(ghcr.io/lab/image@sha256:0123)"],
    ["-sp", "100"],
    ["-n", "2,4"],
    ["-W", "3:30/hostA"],
    ["-M", "8G"],
    ["-m", "exec-1! exec-2+1"],
  ])("%s '%s'", async (name, value) => {
    const { job } = await submit(name, value, "true");
    expect(job.options[name]).toBe(value);
  });

  test("a job without a queue, and says that the queue is the default", async () => {
    const { job, stdout } = await submit("true");
    expect(stdout).toContain(
      `Job <${job.id}> is submitted to default queue <general-interactive>.\n`,
    );
    expect(stdout).toContain("Defaulting to LSF user group 'compute-lab'.\n");
    expect(job).toMatchObject({ name: "true", group: `/${process.env["USER"] ?? "root"}/default` });
  });

  test("a queue, the first usable of several, and says its name alone", async () => {
    const { job, stdout } = await submit("-G", "compute-lab", "-q", "closed general", "true");
    expect(stdout).toBe(`Job <${job.id}> is submitted to queue <general>.\n`);
  });

  test("the last of a repeated option, and all of a repeated -R", async () => {
    const { job } = await submit(
      "-q",
      "general",
      "-q",
      "lab",
      "-R",
      "rusage[mem=1GB]",
      "-R",
      "select[mem>1]",
      "x",
    );
    expect(job.queue).toBe("lab");
  });

  test("BSUB_QUIET and BSUB_STDERR", async () => {
    const options = ["-q", "general", "-G", "compute-lab", "true"];
    const quiet = await lsf().run("bsub", options, { env: { BSUB_QUIET: "1" } });
    expect(quiet).toEqual({ status: 0, stdout: "", stderr: "" });
    const other = await lsf().run("bsub", options, { env: { BSUB_STDERR: "1" } });
    expect(other.stdout).toBe("");
    expect(other.stderr).toMatch(/^Job <\d+> is submitted to queue <general>\.\n$/);
  });

  test("an image from LSB_CONTAINER_IMAGE with -app docker", async () => {
    const env = { LSB_CONTAINER_IMAGE: "image" };
    expect(await lsf().run("bsub", ["-app", "docker", "true"], { env })).toMatchObject({
      status: 0,
    });
  });
});

describe("#BSUB lines", () => {
  const lsf = makeSuiteLsf({ mode: "hold" });
  const submit = async (lines: string, ...args: string[]) => {
    const run = await lsf().run("bsub", args, { stdin: `#!/bin/bash\n${lines}\ntrue\n` });
    return { run, job: (await lsf().jobs()).at(-1) };
  };

  test("several options a line, comments, joined lines, either quote", async () => {
    const { job } = await submit(
      [
        `#BSUB -n 2 -q general # as many as needed`,
        `# BSUB -J "it's[1-3]"`.replace("it's", "its"),
        `#BSUB -R 'select[hname!="exec-9"]`,
        `##BSUB -n 7`,
        `#BSUB n 8`,
        `#BSUB -M \\`,
        `4GB`,
      ]
        .join("\n")
        .replace(`"exec-9"]`, `"exec-9"]'`),
    );
    expect(job?.options).toEqual({
      "-n": "2",
      "-q": "general",
      "-J": "its[1-3]",
      "-R": `select[hname!="exec-9"]`,
      "-M": "4GB",
    });
  });

  test("the first quote of a line is the only one, and nothing is expanded", async () => {
    const { job } = await submit(`#BSUB -oo "/tmp/it's \${HOME} $(id) \`id\`/%J"`);
    expect(job?.options["-oo"]).toBe("/tmp/it's ${HOME} $(id) `id`/%J");
  });

  test("anywhere in the script, after commands too", async () => {
    const { job } = await submit("echo first\n#BSUB -n 3");
    expect(job?.options["-n"]).toBe("3");
  });

  test("the command line wins", async () => {
    const { job } = await submit("#BSUB -n 3\n#BSUB -q general", "-n", "5");
    expect(job?.options).toEqual({ "-n": "5", "-q": "general" });
  });

  test("an unknown option there refuses the job", async () => {
    const { run } = await submit("#BSUB -nn 3");
    expect(run).toMatchObject({
      status: 255,
      stderr: "bsub: illegal option -- nn. Job not submitted.\n",
    });
  });

  test("a script named as a command is not read for options", async () => {
    const run = await lsf().run("bsub", ["-q", "general", "/tmp/script.sh"]);
    expect(run.status).toBe(0);
    expect((await lsf().jobs()).at(-1)?.options).toEqual({ "-q": "general" });
  });
});

describe("array specifications of more than 255 characters", () => {
  const name = `${"n".repeat(250)}[1-100]`;

  test("are refused by IBM's page on arrays", async () => {
    const lsf = await makeLsf({ mode: "hold" });
    expect(await lsf.run("bsub", ["-J", name, "true"])).toMatchObject({ status: 255 });
  });

  test("are taken by bsub's help text", async () => {
    const lsf = await makeLsf({ mode: "hold", variants: { arraySpecificationLimit: 4094 } });
    expect(await lsf.run("bsub", ["-J", name, "true"])).toMatchObject({ status: 0 });
  });
});
