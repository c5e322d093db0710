import type { Socket } from "node:net";
import { createInterface } from "node:readline";
import type { CommandRequest, Frame, Reply, StartOrder } from "../protocol.ts";
import type { Fault } from "../fault.ts";
import type { Call } from "./call.ts";
import type { Faults } from "./faults.ts";
import type { TerminalRun } from "./job.ts";
import { Refusal } from "./refusal.ts";

const BUSY = "LSF is processing your request. Please wait ...\n";
const DOWN = "LSF is down. Please wait ...\n";

/** One command and its socket: what it is told, what it answers, and the fault that hits it. */
export class Connection implements Call {
  readonly command;
  readonly args;
  readonly cwd;
  readonly env;
  status: number | null = null;
  gone = false;
  private readonly socket: Socket;
  private readonly faults: Faults;
  private fault: Fault | null = null;
  private replies: ((reply: Reply) => void)[] = [];
  /** Replies that came before anybody waited for them: a short program starts and ends at once. */
  private early: Reply[] = [];
  private leaving: (() => void)[] = [];

  constructor(request: CommandRequest, socket: Socket, faults: Faults) {
    ({ command: this.command, args: this.args, cwd: this.cwd, env: this.env } = request);
    this.socket = socket;
    this.faults = faults;
    socket.on("error", () => socket.destroy());
    socket.on("close", () => {
      this.gone = true;
      for (const act of this.leaving) act();
    });
  }

  onGone(act: () => void): void {
    this.leaving.push(act);
  }

  out(text: string): void {
    if (!this.losesAnswer) this.send({ out: text });
  }

  err(text: string): void {
    if (!this.losesAnswer) this.send({ err: text });
  }

  async readStdin(): Promise<string> {
    this.send({ need: "stdin" });
    const reply = await this.nextReply();
    return "stdin" in reply ? reply.stdin : "";
  }

  start(order: StartOrder): TerminalRun {
    this.send({ start: order });
    const first = this.nextReply();
    const processId = first.then((reply) => ("started" in reply ? reply.started : 0));
    const status = first
      .then((reply) => ("ended" in reply ? reply : this.nextReply()))
      .then((reply) => ("ended" in reply ? reply.ended : 255));
    return { processId, status };
  }

  receive(reply: Reply): void {
    const waiting = this.replies.shift();
    if (waiting === undefined) this.early.push(reply);
    else waiting(reply);
  }

  private nextReply(): Promise<Reply> {
    const early = this.early.shift();
    if (early !== undefined) return Promise.resolve(early);
    return new Promise((resolve) => this.replies.push(resolve));
  }

  async meets(subject: string): Promise<void> {
    const fault = this.faults.meet(this.command, subject);
    this.fault ??= fault;
    if (fault === null) return;
    switch (fault.kind) {
      case "slow":
        return new Promise((resolve) => setTimeout(resolve, (fault.seconds ?? 1) * 1000));
      case "busy": {
        this.send({ err: fault.text ?? BUSY.repeat(2) });
        return;
      }
      case "refused":
        throw new Refusal(fault.text ?? "Request aborted by esub. Job not submitted.");
      case "killed-before":
        this.send({ die: true });
        return new Promise(() => undefined);
      case "down":
        return this.waitWhileDown(fault.seconds ?? 1);
      default:
        return;
    }
  }

  private async waitWhileDown(seconds: number): Promise<void> {
    const timer = setInterval(() => this.send({ err: DOWN }), seconds * 1000);
    this.send({ err: DOWN });
    this.onGone(() => clearInterval(timer));
    await this.faults.cleared();
    clearInterval(timer);
  }

  private get losesAnswer(): boolean {
    return /^(?:killed-after|silent|answer-lost|garbage)$/.test(this.fault?.kind ?? "");
  }

  /** The end of the work: the answer, or what the fault makes of it. */
  finish(status: number): void {
    this.status = status;
    const fault = this.fault;
    if (fault?.kind === "silent") return;
    if (fault?.kind === "killed-after") {
      this.send({ die: true });
      return;
    }
    if (fault?.kind === "garbage") {
      this.send({ out: fault.text ?? "\u0000<<<  mbatchd: \ufffd 4%%  >>>\n" });
      this.send({ exit: 0 });
      return;
    }
    if (fault?.kind === "answer-lost") {
      this.status = 255;
      this.send({ err: fault.text ?? "Cannot connect to LSF. Please wait ...\n" });
      this.send({ exit: 255 });
      return;
    }
    this.send({ exit: status });
  }

  private send(frame: Frame): void {
    if (!this.gone) this.socket.write(`${JSON.stringify(frame)}\n`);
  }
}

/** Reads JSON lines from a socket. */
export function onLines(socket: Socket, act: (message: unknown) => void): void {
  const lines = createInterface({ input: socket });
  lines.on("line", (line) => act(JSON.parse(line)));
  lines.on("error", () => undefined);
}
