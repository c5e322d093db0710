import { createHash } from "node:crypto";
import { readFileSync } from "node:fs";
import { deflateRawSync } from "node:zlib";
import { formatCount, plural, spaceThousands } from "../../core/quantities.ts";
import type { ReportPage } from "../../stats/report-page.ts";
import { builtProgram } from "../../workspace/package.ts";
import { encodePage } from "./codec.ts";

/** What the build makes of `page/`, beside the programs. */
const SCRIPT = "report-page.js";
const STYLE = "report-page.css";

/**
 * One HTML file that needs no other: data, script and style are in it, and it may load nothing. The data are base64 of raw
 * DEFLATE of `encodePage`, in a block that no browser runs. Equal pages give equal text.
 */
export function formatReportHtml(page: ReportPage): string {
  return formatHtml(page, undefined).text;
}

/** The page that a server gives, and what it may do. */
export interface LiveHtml {
  readonly text: string;
  /** Its Content-Security-Policy. */
  readonly policy: string;
}

/** What a page that follows a sweep was made of. */
interface Collected {
  readonly state: string;
  readonly results: number;
}

/** The same page, which asks whoever gave it for news: at `events` below its own address (page/live). */
export function formatLiveHtml(page: ReportPage, collected: Collected): LiveHtml {
  return formatHtml(page, collected);
}

function formatHtml(page: ReportPage, live: Collected | undefined): LiveHtml {
  const script = readFileSync(builtProgram(SCRIPT), "utf8");
  const style = readFileSync(builtProgram(STYLE), "utf8");
  const data = deflateRawSync(encodePage(page), { level: 7 }).toString("base64");
  const title = escapeHtml(
    `${page.study}: report of ${spaceThousands(plural(page.counts.planned, "trial"))}`,
  );
  const policy = policyOf(script, style, live !== undefined);
  const mark =
    live === undefined ? "" : ` data-state="${live.state}" data-results="${live.results}"`;
  const text = [
    "<!doctype html>",
    `<html lang="en"${mark}>`,
    "<head>",
    '<meta charset="utf-8">',
    `<meta http-equiv="Content-Security-Policy" content="${policy}">`,
    '<meta name="viewport" content="width=device-width, initial-scale=1">',
    '<meta name="color-scheme" content="light dark">',
    '<link rel="icon" href="data:,">',
    `<meta name="generator" content="bsweep ${escapeHtml(page.bsweep)}">`,
    `<title>${title}</title>`,
    `<style>${style}</style>`,
    "</head>",
    "<body>",
    '<a class="skip" href="#answer">Skip to the answer</a>',
    `<header><h1>${escapeHtml(page.study)}</h1><p id="summary">${escapeHtml(summarise(page))}</p></header>`,
    '<main id="page" tabindex="-1"></main>',
    "<noscript><p>This report draws itself with a script that is part of this file, and this browser does not run it.</p></noscript>",
    `<script type="application/x-bsweep-page" id="data">${data}</script>`,
    `<script>${script}</script>`,
    "</body>",
    "</html>",
    "",
  ].join("\n");
  return { text, policy };
}

function policyOf(script: string, style: string, isLive: boolean): string {
  const hash = (text: string): string =>
    `'sha256-${createHash("sha256").update(text).digest("base64")}'`;
  return [
    "default-src 'none'",
    `script-src ${hash(script)}`,
    `style-src ${hash(style)}`,
    "img-src data:",
    "base-uri 'none'",
    "form-action 'none'",
    ...(isLive ? ["connect-src 'self'"] : []),
  ].join("; ");
}

/** What there is, before the script has drawn anything, and where it does not. */
function summarise({ counts, answer, objective, trials }: ReportPage): string {
  const ended = spaceThousands(
    `${plural(counts.planned, "trial")}, ${formatCount(counts.complete)} complete, ${formatCount(counts.failed)} failed.`,
  );
  const why = trials.rank.some((rank) => rank > 0) ? "meets what is required" : "is ranked yet";
  if (answer === null) return `${ended} No trial ${why}.`;
  return `${ended} The best is trial ${answer.number}, with ${objective.metric} ${answer.objective}.`;
}

function escapeHtml(text: string): string {
  return text.replace(/[&<>"']/g, (found) => `&#${found.charCodeAt(0)};`);
}
