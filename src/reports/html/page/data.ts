import type { ReportPage } from "../../../stats/report-page.ts";
import { decodePage } from "../codec.ts";

/** What html.ts put into the page. */
export async function readEmbeddedPage(): Promise<ReportPage> {
  const text = document.getElementById("data")?.textContent ?? "";
  const compressed = fromBase64(text);
  const stream = new Blob([compressed])
    .stream()
    .pipeThrough(new DecompressionStream("deflate-raw"));
  const whole = new Uint8Array(await new Response(stream).arrayBuffer());
  return decodePage(whole) as ReportPage;
}

function fromBase64(text: string): Uint8Array<ArrayBuffer> {
  const binary = atob(text);
  const bytes = new Uint8Array(binary.length);
  for (let at = 0; at < binary.length; at++) bytes[at] = binary.charCodeAt(at);
  return bytes;
}
