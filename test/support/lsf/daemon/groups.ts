import { Refusal } from "./refusal.ts";

/** ERR: 512 characters at most; ADM: begins with `/`, does not end with one, no `//`, no blanks. */
export function checkGroupName(name: string): void {
  if (name.length > 512) throw new Refusal(`${name}:  job group name too long`);
  if (!/^(?:\/[^/\s]+)+$/.test(name)) throw new Refusal(`${name}: Bad or empty job group name`);
}

export interface JobGroup {
  readonly name: string;
  /** Its own limit; null: none. */
  limit: number | null;
  serviceClass: string;
}

/** Job groups by name. A group's parents exist whenever it does. */
export class JobGroups {
  private readonly groups = new Map<string, JobGroup>();

  get(name: string): JobGroup | undefined {
    return this.groups.get(name);
  }

  all(): JobGroup[] {
    return [...this.groups.values()].sort((a, b) => (a.name < b.name ? -1 : 1));
  }

  /** bgadd, and bsub -g without a limit. Parents are made too, without one: -L is for the last component only. */
  add(name: string, limit: number | null, serviceClass = ""): void {
    checkGroupName(name);
    if (this.groups.has(name)) throw new Refusal(`${name}: Group exists`);
    this.checkAgainstParents(name, limit);
    for (const ancestor of [...ancestors(name), name]) {
      if (!this.groups.has(ancestor)) {
        this.groups.set(ancestor, { name: ancestor, limit: null, serviceClass: "" });
      }
    }
    Object.assign(this.known(name), { limit, serviceClass });
  }

  change(name: string, limit: number | null): void {
    const group = this.known(name);
    this.checkAgainstParents(name, limit);
    const tooHigh = this.below(name).some(
      (child) => child !== group && limit !== null && (child.limit ?? Infinity) > limit,
    );
    if (tooHigh) {
      throw new Refusal(
        `${name}: Cannot set job group limit because there is at least one child group that has higher limit, or has no limit at all`,
      );
    }
    group.limit = limit;
  }

  delete(name: string): void {
    for (const group of this.below(name)) this.groups.delete(group.name);
  }

  known(name: string): JobGroup {
    checkGroupName(name);
    const group = this.groups.get(name);
    if (group === undefined) throw new Refusal(`${name}: Job group does not exist`);
    return group;
  }

  /** The group and all below it. */
  below(name: string): JobGroup[] {
    return this.all().filter((group) => group.name === name || group.name.startsWith(`${name}/`));
  }

  /** The group and its ancestors, the ones whose limits hold for its jobs. */
  above(name: string): JobGroup[] {
    return [name, ...ancestors(name)]
      .map((ancestor) => this.groups.get(ancestor))
      .filter((group) => group !== undefined);
  }

  /** Its own limit, or the nearest ancestor's. */
  effectiveLimit(name: string): number | null {
    const limits = this.above(name).map(({ limit }) => limit);
    return limits.find((limit) => limit !== null) ?? null;
  }

  private checkAgainstParents(name: string, limit: number | null): void {
    const parents = ancestors(name).map((ancestor) => this.groups.get(ancestor)?.limit ?? null);
    if (limit !== null && parents.some((parent) => parent !== null && parent < limit)) {
      throw new Refusal(
        `${name}: Job group limit must be less or equal to the limit of the parent group`,
      );
    }
  }
}

/** `/a/b/c` -> `/a/b`, `/a`. */
function ancestors(name: string): string[] {
  const parts = name.split("/").slice(1, -1);
  return parts.map((_, depth) => `/${parts.slice(0, depth + 1).join("/")}`).reverse();
}
