import { mkdirSync, readdirSync, renameSync } from "node:fs";
import { type ClientRequest, request, type IncomingMessage } from "node:http";
import { join } from "node:path";
import { type BsweepProcess, startBsweep, until } from "./bsweep-process.ts";
import type { ReportStudy } from "./report-study.ts";

/** `bsweep report --serve`, which looks every second. */
export interface ServedReport extends BsweepProcess {
  readonly url: string;
  readonly port: number;
  /** Of its page. */
  readonly path: string;
}

export async function serveReport(
  { studyFile, workspace }: Pick<ReportStudy, "studyFile" | "workspace">,
  ...more: readonly string[]
): Promise<ServedReport> {
  const args = ["report", studyFile, "--workspace", workspace, "--serve", "--interval", "1"];
  const served = startBsweep([...args, ...more]);
  let ended: string | undefined;
  void served.end.then(({ stderr }) => (ended = stderr));
  const find = (): RegExpExecArray | null =>
    /http:\/\/127\.0\.0\.1:(\d+)(\/\S+)/.exec(served.output());
  await until(() => find() !== null || ended !== undefined);
  const [url = "", port = "", path = ""] = find() ?? [];
  if (url === "") throw new Error(`no address: ${ended ?? ""}`);
  return { ...served, url, path, port: Number(port) };
}

/** @throws Error when it does not end as it should */
export async function endServer({ kill, end }: ServedReport): Promise<void> {
  kill("SIGTERM");
  const { exitStatus, stderr } = await end;
  if (exitStatus !== 0) throw new Error(stderr);
}

export interface Answer {
  readonly status: number;
  readonly headers: IncomingMessage["headers"];
  readonly text: string;
}

/** Asks the server as any program of this machine can. */
export async function ask(
  { port }: Pick<ServedReport, "port">,
  path: string,
  options: { readonly method?: string; readonly host?: string; readonly address?: string } = {},
): Promise<Answer> {
  const { method = "GET", host = `127.0.0.1:${port}`, address = "127.0.0.1" } = options;
  const asked = request({ host: address, port, path, method, headers: { host }, agent: false });
  const response = await answerOf(asked);
  let text = "";
  for await (const chunk of response.setEncoding("utf8")) text += String(chunk);
  return { status: response.statusCode ?? 0, headers: response.headers, text };
}

function answerOf(asked: ClientRequest): Promise<IncomingMessage> {
  return new Promise((resolve, reject) => {
    asked.once("response", resolve).once("error", reject).end();
  });
}

interface Told {
  readonly state: string;
  readonly results: number;
  readonly warnings: readonly string[];
}

/** Whoever listens to the server's events. */
export interface Listener {
  /** All that was told, the last one last. */
  readonly told: () => readonly Told[];
  /** As it came. */
  readonly text: () => string;
  readonly hasEnded: () => boolean;
  readonly close: () => void;
}

export async function listen({ port, path }: ServedReport): Promise<Listener> {
  const asked = request({ host: "127.0.0.1", port, path: `${path}/events`, agent: false });
  const response = await answerOf(asked);
  let [text, hasEnded] = ["", false];
  response.setEncoding("utf8").on("data", (chunk: string) => (text += chunk));
  response.on("close", () => (hasEnded = true)).on("error", () => undefined);
  const read = (): readonly Told[] =>
    Array.from(
      text.matchAll(/^event: results\nid: \S+\ndata: (.*)\n\n/gm),
      ([, data = ""]) => JSON.parse(data) as Told,
    );
  return {
    ...{ told: read, text: () => text, hasEnded: () => hasEnded },
    close: () => asked.destroy(),
  };
}

/** Takes the first results of a study away. @returns what brings the next of them back, some at a time */
export function holdBack(
  { workspace }: Pick<ReportStudy, "workspace">,
  count: number,
): (some: number) => void {
  const results = join(workspace, "results", "digits", "round-001", "array-01");
  const away = join(workspace, "away");
  mkdirSync(away);
  const names = readdirSync(results)
    .sort((a, b) => parseInt(a, 10) - parseInt(b, 10))
    .slice(0, count);
  for (const name of names) renameSync(join(results, name), join(away, name));
  return (some) => {
    for (const name of names.splice(0, some)) renameSync(join(away, name), join(results, name));
  };
}
