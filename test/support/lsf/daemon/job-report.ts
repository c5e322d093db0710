import { homedir } from "node:os";
import type { Cluster } from "./cluster.ts";
import { formatDate } from "./dates.ts";
import type { Element } from "./job.ts";

const RULE = "-".repeat(60);

/** Texts of lsb_termination reasons; S DTU and ADM ("Termination reasons"). */
export const TERMINATIONS: Readonly<Record<string, string>> = {
  TERM_RUNLIMIT: "job killed after reaching LSF run time limit.",
  TERM_MEMLIMIT: "job killed after reaching LSF memory usage limit.",
  TERM_OWNER: "job killed by owner.",
  TERM_FORCE_OWNER: "job killed by owner without time for cleanup.",
  TERM_DEADLINE: "job killed after deadline expires.",
  TERM_BUCKET_KILL: "job killed with bkill -b.",
  TERM_ORPHAN_SYSTEM: "orphan job automatically terminated by LSF.",
  TERM_EXTERNAL_SIGNAL: "job killed by a signal external to LSF.",
  TERM_ADMIN: "job killed by root or LSF administrator.",
};

/** The report's subject; the name keeps its whole specification (S MSSM). */
export function reportSubject(cluster: Cluster, element: Element, verb: string): string {
  const { specification } = element.job.submission;
  const { clusterName } = cluster.settings;
  return `Job ${element.label}: <${specification}> in cluster <${clusterName}> ${verb}`;
}

/**
 * What LSF writes into the -o file and mails at a job's end; S MSSM, DTU, EBI. `output` null: it stands above
 * already (LSB_STDOUT_DIRECT), and the report comes after it.
 */
export function jobReport(
  cluster: Cluster,
  element: Element,
  state: "DONE" | "EXIT",
  output: string | null,
): string {
  const lines = [...heading(cluster, element, state), ...verdict(element, state), ""];
  lines.push(...usage(element));
  if (output === null) {
    return `\n${RULE}\n${lines.join("\n")}\n\nThe output (if any) is above this job summary.\n\n`;
  }
  const { stderr } = element.job.submission.output;
  const rest =
    stderr === null ? "" : `PS:\n\nRead file <${stderr}> for stderr output of this job.\n\n`;
  return `${lines.join("\n")}\n\nThe output (if any) follows:\n\n${output}\n\n${rest}`;
}

function heading(cluster: Cluster, element: Element, state: "DONE" | "EXIT"): string[] {
  const { submission, submittedAt } = element.job;
  const { user, clusterName } = cluster.settings;
  const hosts = element.allocations.map(({ host, slots }) =>
    slots > 1 ? `${slots}*${host}` : host,
  );
  const [started, ended] = [element.startedAt, element.finishedAt].map((time) =>
    formatDate(time ?? submittedAt, "year"),
  );
  const script = submission.command.split("\n");
  return [
    `Sender: LSF System <lsfadmin@${element.allocations[0]?.host ?? "login-1"}>`,
    `Subject: ${reportSubject(cluster, element, state === "DONE" ? "Done" : "Exited")}`,
    "",
    `Job <${submission.specification}> was submitted from host <login-1> by user <${user}> in cluster <${clusterName}> at ${formatDate(submittedAt, "year")}`,
    `Job was executed on host(s) <${hosts.join("> <")}>, in queue <${submission.queue}>, as user <${user}> in cluster <${clusterName}> at ${started ?? ""}`,
    `<${homedir()}> was used as the home directory.`,
    `<${submission.folder}> was used as the working directory.`,
    `Started at ${started ?? ""}`,
    `Terminated at ${ended ?? ""}`,
    `Results reported at ${ended ?? ""}`,
    "",
    "Your job looked like:",
    "",
    RULE,
    "# LSBATCH: User input",
    ...script.slice(0, 50),
    ...(script.length > 50 ? ["(... more ...)"] : []),
    RULE,
    "",
  ];
}

function verdict({ reason, exitCode }: Element, state: "DONE" | "EXIT"): string[] {
  if (state === "DONE") return ["Successfully completed."];
  const why = reason === null ? [] : [`${reason}: ${TERMINATIONS[reason] ?? ""}`];
  return [...why, `Exited with exit code ${exitCode ?? 0}.`];
}

function usage(element: Element): string[] {
  const seconds = (from: number | null): number =>
    Math.round(((element.finishedAt ?? 0) - (from ?? 0)) / 1000);
  const memory = element.maxMemoryMiB === null ? "-" : `${Math.round(element.maxMemoryMiB)} MB`;
  const row = (name: string, value: string): string => `    ${`${name} :`.padEnd(45)}${value}`;
  return [
    "Resource usage summary:",
    "",
    row("CPU time", "0.14 sec."),
    row("Max Memory", memory),
    row("Average Memory", memory),
    row("Total Requested Memory", `${(element.reservedKiB / 1024).toFixed(2)} MB`),
    row("Delta Memory", "-"),
    row("Max Swap", "-"),
    row("Max Processes", "-"),
    row("Max Threads", "-"),
    row("Run time", `${seconds(element.startedAt)} sec.`),
    row("Turnaround time", `${seconds(element.job.submittedAt)} sec.`),
  ];
}
