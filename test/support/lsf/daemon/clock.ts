interface Alarm {
  readonly at: number;
  readonly ring: () => void;
}

/** The cluster's time: it may run faster than the machine's, and be set forward. Milliseconds since 1970. */
export class Clock {
  private readonly startedAt = Date.now();
  private offset: number;
  private alarms: Alarm[] = [];
  private timer: NodeJS.Timeout | undefined;
  private readonly scale: number;

  constructor(scale: number, aheadSeconds: number) {
    this.scale = scale;
    this.offset = aheadSeconds * 1000;
  }

  now(): number {
    return this.startedAt + (Date.now() - this.startedAt) * this.scale + this.offset;
  }

  /** Rings once, `seconds` from now. Returns what takes it back. */
  after(seconds: number, ring: () => void): () => void {
    const alarm = { at: this.now() + seconds * 1000, ring };
    this.alarms.push(alarm);
    this.wind();
    return () => {
      this.alarms = this.alarms.filter((other) => other !== alarm);
      this.wind();
    };
  }

  advance(seconds: number): void {
    this.offset += seconds * 1000;
    this.ringDue();
  }

  private ringDue(): void {
    const now = this.now();
    const due = this.alarms.filter(({ at }) => at <= now).sort((a, b) => a.at - b.at);
    this.alarms = this.alarms.filter(({ at }) => at > now);
    for (const { ring } of due) ring();
    this.wind();
  }

  private wind(): void {
    clearTimeout(this.timer);
    if (this.alarms.length === 0) return;
    const next = Math.min(...this.alarms.map(({ at }) => at));
    const wait = Math.max(0, Math.ceil((next - this.now()) / this.scale));
    // Node's timers count milliseconds in 31 bits.
    this.timer = setTimeout(() => this.ringDue(), Math.min(wait, 2_000_000_000));
  }
}
