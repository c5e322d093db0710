import type { HostFacts } from "../grammar/select-expression.ts";
import type { HostDescription } from "../settings.ts";
import type { Element } from "./job.ts";

/** A host and what is taken of it. */
export class Host {
  readonly description: HostDescription;
  /** false: nobody can reach it, though what runs there goes on. */
  reachable = true;
  /** false: it is dead, and so is what ran there. */
  alive = true;
  readonly elements = new Set<Element>();
  private slotsTaken = 0;
  private memoryTakenKiB = 0;
  private gpusTaken = 0;

  constructor(description: HostDescription) {
    this.description = description;
  }

  get name(): string {
    return this.description.name;
  }

  get usable(): boolean {
    return this.reachable && this.alive;
  }

  get usedSlots(): number {
    return this.slotsTaken;
  }

  get freeSlots(): number {
    return this.usable ? this.description.slots - this.slotsTaken : 0;
  }

  get freeMemoryKiB(): number {
    return this.description.memoryMiB * 1024 - this.memoryTakenKiB;
  }

  get freeGpus(): number {
    return this.description.gpus.length - this.gpusTaken;
  }

  /** For select[]; sizes in KiB. */
  get facts(): HostFacts {
    const { name, model, slots, memoryMiB, gpus } = this.description;
    return {
      hname: name,
      model,
      type: "X86_64",
      server: true,
      any: true,
      ncpus: slots,
      ncores: slots,
      mem: this.freeMemoryKiB,
      maxmem: memoryMiB * 1024,
      swp: memoryMiB * 1024,
      maxswp: memoryMiB * 1024,
      tmp: 1024 ** 3,
      maxtmp: 1024 ** 3,
      gpuhost: gpus.length > 0,
      ngpus: gpus.length,
    };
  }

  take(element: Element, slots: number, memoryKiB: number, gpus: number): void {
    this.elements.add(element);
    this.slotsTaken += slots;
    this.memoryTakenKiB += memoryKiB;
    this.gpusTaken += gpus;
  }

  release(element: Element, slots: number, memoryKiB: number, gpus: number): void {
    if (!this.elements.delete(element)) return;
    this.slotsTaken -= slots;
    this.memoryTakenKiB -= memoryKiB;
    this.gpusTaken -= gpus;
  }
}
