import { join } from "node:path";
import type { Settings } from "../settings.ts";
import type { Variants } from "../variants.ts";
import { Clock } from "./clock.ts";
import { JobGroups } from "./groups.ts";
import { Host } from "./host.ts";
import { type Element, type Job, Job as NewJob } from "./job.ts";
import { Mailbox } from "./mailbox.ts";
import { Scheduler } from "./scheduler.ts";
import type { Submission } from "./submission.ts";

/** Everything the emulated LSF knows, in memory. */
export class Cluster {
  readonly settings: Settings;
  /** Its state folder. */
  readonly folder: string;
  readonly clock: Clock;
  readonly groups = new JobGroups();
  readonly hosts: ReadonlyMap<string, Host>;
  readonly mailbox: Mailbox;
  readonly scheduler: Scheduler;
  /** Jobs in memory, by id, in the order of their submission. */
  readonly jobs = new Map<number, Job>();
  /** All jobs there ever were: bhist reads them from LSF's event files. */
  readonly archive: Job[] = [];
  private nextId: number;

  constructor(settings: Settings, folder: string) {
    this.settings = settings;
    this.folder = folder;
    this.clock = new Clock(settings.clockScale, settings.clockAheadSeconds);
    this.hosts = new Map(settings.hosts.map((host) => [host.name, new Host(host)]));
    this.mailbox = new Mailbox(join(folder, "mail"));
    this.nextId = settings.firstJobId;
    this.scheduler = new Scheduler(this);
  }

  get variants(): Variants {
    return this.settings.variants;
  }

  /** Takes a job whose submission was checked. */
  submit(submission: Submission): Job {
    this.makeGroup(submission);
    const job = new NewJob(this.nextId++, submission, this.clock.now());
    if (submission.held) for (const element of job.elements) element.state = "PSUSP";
    this.jobs.set(job.id, job);
    this.archive.push(job);
    this.scheduler.wake();
    return job;
  }

  /**
   * Makes the job's group where it does not exist, with its parents: without limit for -g (HELP), with the site's
   * for the default one (JEE).
   */
  makeGroup({ group, options }: Submission): void {
    if (this.groups.get(group) !== undefined) return;
    this.groups.add(group, "-g" in options ? null : this.settings.defaultGroupLimit);
  }

  /** Own jobs by id, or by name, where a `*` stands for anything. */
  find(reference: string): Job[] {
    if (/^\d+$/.test(reference)) {
      const job = this.jobs.get(Number(reference));
      return job === undefined ? [] : [job];
    }
    return this.findNamed(reference);
  }

  findNamed(name: string): Job[] {
    const pattern = namePattern(name);
    return [...this.jobs.values()].filter(({ submission }) => pattern.test(submission.name));
  }

  *elements(): IterableIterator<Element> {
    for (const job of this.jobs.values()) yield* job.elements;
  }

  get lastJob(): Job | undefined {
    return [...this.jobs.values()].at(-1);
  }
}

/** A name with `*` as a pattern; MAN, bjobs -J. */
export function namePattern(name: string): RegExp {
  const escaped = name.replace(/[.*+?^${}()|[\]\\]/g, "\\$&").replaceAll("\\*", ".*");
  return new RegExp(`^${escaped}$`, "s");
}
