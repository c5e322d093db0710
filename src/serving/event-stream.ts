import { EventEmitter, once } from "node:events";
import type { ServerResponse } from "node:http";
import type { Told } from "./live-report.ts";

/** What keeps a quiet connection from being closed on its way. */
const HEARTBEAT_MS = 15_000;
/** When a page that lost its connection tries again. */
const RETRY_MS = 3000;
/** Who does not read so much is gone. */
const MAX_UNREAD_BYTES = 64 * 1024;

/** Server-sent events (https://html.spec.whatwg.org/multipage/server-sent-events.html) to all pages that are open. */
export class EventStream {
  readonly #listeners = new Set<ServerResponse>();
  readonly #heartbeat: NodeJS.Timeout;
  #last = "";
  readonly #arrivals = new EventEmitter<{ listener: [] }>();

  constructor() {
    this.#heartbeat = setInterval(() => this.#send(":\n\n"), HEARTBEAT_MS).unref();
  }

  /** Tells it at once what the others were told last. */
  add(response: ServerResponse): void {
    this.#listeners.add(response);
    response.once("close", () => this.#listeners.delete(response));
    response.write(`retry: ${RETRY_MS}\n\n${this.#last}`);
    this.#arrivals.emit("listener");
  }

  /** Tells all; only what is new. */
  tell(told: Told): void {
    const event = `event: results\nid: ${told.state}\ndata: ${JSON.stringify(told)}\n\n`;
    if (event === this.#last) return;
    this.#last = event;
    this.#send(event);
  }

  /** Resolves while anybody listens, or once the signal aborts. */
  async waitForListener(signal: AbortSignal): Promise<void> {
    if (this.#listeners.size > 0 || signal.aborted) return;
    await once(this.#arrivals, "listener", { signal }).catch(() => undefined);
  }

  close(): void {
    clearInterval(this.#heartbeat);
    for (const response of this.#listeners) response.end();
  }

  #send(text: string): void {
    for (const response of this.#listeners)
      if (response.writableLength > MAX_UNREAD_BYTES) response.destroy();
      else response.write(text);
  }
}
