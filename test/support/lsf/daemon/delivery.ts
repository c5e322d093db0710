import { appendFileSync, existsSync, openSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import type { Cluster } from "./cluster.ts";
import type { Element } from "./job.ts";
import { spoolFile } from "./job-environment.ts";
import { jobReport, reportSubject } from "./job-report.ts";
import { outputPath } from "./output-path.ts";

/** Opens what an element writes to: its -o and -e files at once (LSB_STDOUT_DIRECT), or files of LSF's own. */
export function openOutput(cluster: Cluster, element: Element): [number, number] {
  const { stdout, stderr, overwriteStdout, overwriteStderr } = element.job.submission.output;
  const open = (extension: string, pattern: string | null, overwrite: boolean): number => {
    const direct = cluster.variants.stdoutDirect && pattern !== null;
    if (!direct) return openSync(spoolFile(cluster, element, extension), "w");
    return openOrNothing(outputPath(element, pattern, extension), overwrite ? "w" : "a");
  };
  const out = open("out", stdout, overwriteStdout);
  return [out, stderr === null ? out : open("err", stderr, overwriteStderr)];
}

/** HELP -o: where the file cannot be made, output is not stored. */
function openOrNothing(path: string, flags: "w" | "a"): number {
  try {
    return openSync(path, flags);
  } catch {
    return openSync("/dev/null", "w");
  }
}

/** bsub -B. */
export function announceStart(cluster: Cluster, element: Element): void {
  if (element.job.submission.mail.at === "start") sendMail(cluster, element, "started", "");
}

/**
 * At the end: output goes to the -o file with the job's report, to the user by mail, or both. CLUSTER-FACTS 1.8:
 * -o takes the place of mail, -N mails all the same, LSB_JOB_REPORT_MAIL=N mails nothing else.
 */
export function deliver(cluster: Cluster, element: Element, state: "DONE" | "EXIT"): void {
  const { output, mail, environment } = element.job.submission;
  const direct = cluster.variants.stdoutDirect && output.stdout !== null;
  if (element.starts > 0) {
    const text = takeSpool(cluster, element, "out");
    const errors = takeSpool(cluster, element, "err");
    const report = jobReport(cluster, element, state, direct ? null : text);
    if (output.stdout !== null) {
      const path = outputPath(element, output.stdout);
      // With -N the report goes by mail and the file holds output alone; HELP -N.
      store(path, mail.at === "end" ? text : report, output.overwriteStdout && !direct);
    }
    if (output.stderr !== null && !direct) {
      store(outputPath(element, output.stderr, "err"), errors, output.overwriteStderr);
    }
    const asked = mail.at === "end" || (mail.at === "error" && state === "EXIT");
    const silent = environment["LSB_JOB_REPORT_MAIL"] === "N" || output.stdout !== null;
    if (asked || !silent) sendMail(cluster, element, state === "DONE" ? "Done" : "Exited", report);
  }
}

/** The run is not the last: what it has put out is not kept. */
export function discard(cluster: Cluster, element: Element): void {
  takeSpool(cluster, element, "out");
  takeSpool(cluster, element, "err");
}

/** What an element has put out so far. */
export function readOutput(cluster: Cluster, element: Element, extension: "out" | "err"): string {
  const { stdout, stderr } = element.job.submission.output;
  const pattern = extension === "out" ? stdout : stderr;
  const direct = cluster.variants.stdoutDirect && pattern !== null;
  const file = direct
    ? outputPath(element, pattern, extension)
    : spoolFile(cluster, element, extension);
  return existsSync(file) ? readFileSync(file, "utf8") : "";
}

function takeSpool(cluster: Cluster, element: Element, extension: string): string {
  const file = spoolFile(cluster, element, extension);
  if (!existsSync(file)) return "";
  const text = readFileSync(file, "utf8");
  rmSync(file);
  return text;
}

function store(path: string, text: string, overwrite: boolean): void {
  try {
    if (overwrite) writeFileSync(path, text);
    else appendFileSync(path, text);
  } catch {
    // HELP -o: output is not stored where the file cannot be made.
    return;
  }
}

function sendMail(cluster: Cluster, element: Element, verb: string, text: string): void {
  const { mail } = element.job.submission;
  const to = mail.address === "" ? cluster.settings.user : mail.address;
  cluster.mailbox.send({ to, subject: reportSubject(cluster, element, verb), text });
}
