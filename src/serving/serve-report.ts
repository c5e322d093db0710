import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { setTimeout as pause } from "node:timers/promises";
import type { ReportOptions } from "../app/report.ts";
import type { Effects } from "../core/effects.ts";
import { BsweepError, messageOf } from "../core/errors.ts";
import { EventStream } from "./event-stream.ts";
import { admit, makeToken } from "./guard.ts";
import { LiveReport } from "./live-report.ts";

export interface ServeOptions extends ReportOptions {
  /** 0: any that is free. */
  readonly port: number;
  /** Between two looks. */
  readonly seconds: number;
  /** Aborts to end. */
  readonly signal: AbortSignal;
  /** Told once it listens. */
  readonly onReady: (address: { readonly url: string; readonly port: number }) => void;
}

const HOST = "127.0.0.1";

/** Of every answer. What a page may do stands in its own policy, too. */
const HEADERS = {
  "Cache-Control": "no-store",
  "Content-Security-Policy": "default-src 'none'; frame-ancestors 'none'",
  "Cross-Origin-Resource-Policy": "same-origin",
  "Referrer-Policy": "no-referrer",
  "X-Content-Type-Options": "nosniff",
};

/**
 * Serves the HTML report of a study, read only, to this machine and whoever has the token, until the signal aborts.
 * While a page is open it looks for results, and tells the page of new ones.
 * @throws BsweepError as readStudy does, before it listens; CONFLICT when the port cannot be had
 */
export async function serveReport(options: ServeOptions, effects: Effects): Promise<void> {
  const { port, seconds, signal, onReady } = options;
  const report = new LiveReport(options, effects);
  const events = new EventStream();
  events.tell(await report.look());
  const token = makeToken();
  const server = createServer((request, response) => {
    answer({ request, response, token, report, events }).catch((error: unknown) => {
      effects.reporter.warn(messageOf(error));
      response.destroy();
    });
  });
  try {
    const taken = await listen(server, port);
    onReady({ url: `http://${HOST}:${taken}/${token}`, port: taken });
    for (;;) {
      await events.waitForListener(signal);
      if (signal.aborted) break;
      events.tell(await report.look());
      await pause(seconds * 1000, undefined, { signal }).catch(() => undefined);
    }
  } finally {
    events.close();
    server.close();
    server.closeAllConnections();
  }
}

async function listen(server: Server, port: number): Promise<number> {
  await new Promise<void>((resolve, reject) => {
    server.once("error", (cause) => {
      const message = `cannot listen on port ${port} of ${HOST}: ${cause.message}`;
      const hint = "leave out --port: any that is free is taken";
      reject(new BsweepError("CONFLICT", message, { cause, hint }));
    });
    server.listen(port, HOST, resolve);
  });
  return (server.address() as AddressInfo).port;
}

interface Exchange {
  readonly request: IncomingMessage;
  readonly response: ServerResponse;
  readonly token: string;
  readonly report: LiveReport;
  readonly events: EventStream;
}

async function answer(exchange: Exchange): Promise<void> {
  const { request, response, token, events } = exchange;
  for (const [name, value] of Object.entries(HEADERS)) response.setHeader(name, value);
  const admission = admit(request, token);
  if (admission === 405) response.setHeader("Allow", "GET, HEAD");
  if (typeof admission === "number") {
    response.writeHead(admission, { "Content-Type": "text/plain" }).end();
  } else if (admission === "page") {
    await answerPage(exchange);
  } else {
    response.writeHead(200, { "Content-Type": "text/event-stream" });
    if (request.method === "HEAD") response.end();
    else events.add(response);
  }
}

async function answerPage({ request, response, report }: Exchange): Promise<void> {
  if (request.method === "HEAD") {
    response.writeHead(200, { "Content-Type": "text/html; charset=utf-8" }).end();
    return;
  }
  const page = await report.page();
  if (page === undefined) {
    const { warnings } = await report.look();
    response.writeHead(503, { "Content-Type": "text/plain; charset=utf-8", "Retry-After": "10" });
    response.end(`No page can be made just now: ${warnings.join("; ")}\n`);
    return;
  }
  response.setHeader("Content-Security-Policy", `${page.policy}; frame-ancestors 'none'`);
  response.writeHead(200, { "Content-Type": "text/html; charset=utf-8" }).end(page.text);
}
