import type { Cluster } from "../daemon/cluster.ts";
import type { Element, Job } from "../daemon/job.ts";
import { Refusal } from "../daemon/refusal.ts";

export interface JobReference {
  /** As given. */
  readonly text: string;
  readonly id: number;
  /** null: the whole job. */
  readonly indices: readonly number[] | null;
}

/** `123`, `123[4]`, `123[1-5,9]`; the texts are VOL's. */
export function parseJobReference(text: string): JobReference {
  const parts = /^(\d+)(?:\[(.*)\])?$/.exec(text);
  if (parts?.[1] === undefined) throw new Refusal(`${text}: Illegal job ID.`);
  const id = Number(parts[1]);
  if (id > 2_147_483_647) throw new Refusal(`${text}: Job ID out of valid range.`);
  return { text, id, indices: parts[2] === undefined ? null : parseIndices(text, parts[2]) };
}

/** The list of `name[list]` or `id[list]`. */
export function parseIndices(text: string, list: string): number[] {
  return list.split(",").flatMap((part) => {
    const range = /^\s*(\d+)(?:-(\d+)(?::(\d+))?)?\s*$/.exec(part);
    if (range?.[1] === undefined) throw new Refusal(`${text}: Bad job array index list.`);
    const start = Number(range[1]);
    const end = Number(range[2] ?? start);
    const step = Number(range[3] ?? 1);
    if (start === 0) throw new Refusal(`${part}: Job Array index out of valid range.`);
    if (step === 0) throw new Refusal(`${part}: Job Array index step out of valid range.`);
    if (end < start) throw new Refusal(`${part}: Job Array index invalid range.`);
    const count = Math.floor((Math.min(end, 100_000) - start) / step) + 1;
    return Array.from({ length: count }, (_, at) => start + at * step);
  });
}

/** The elements a reference means, of jobs in memory; none: unknown. */
export function findElements(cluster: Cluster, { id, indices }: JobReference): readonly Element[] {
  const job = cluster.jobs.get(id);
  if (job === undefined) return [];
  return indices === null ? job.elements : elementsAt(job, indices);
}

export const elementsAt = (job: Job, indices: readonly number[]): Element[] =>
  indices.flatMap((index) => job.element(index) ?? []);

/** `-J name` or `-J "name[1-5]"`, where `*` stands for anything outside the brackets (MAN). */
export function findByName(cluster: Cluster, text: string): Element[] {
  const parts = /^([^[]*)(?:\[(.*)\])?$/.exec(text);
  const indices = parts?.[2] === undefined ? null : parseIndices(text, parts[2]);
  return cluster
    .findNamed(parts?.[1] ?? text)
    .flatMap((job) => (indices === null ? job.elements : elementsAt(job, indices)));
}
