import { createHash, randomBytes, timingSafeEqual } from "node:crypto";
import type { IncomingMessage } from "node:http";

/** 128 bits that nobody guesses. */
export function makeToken(): string {
  return randomBytes(16).toString("base64url");
}

/** What is asked for, or the status that refuses it. */
export type Admission = "page" | "events" | 403 | 404 | 405;

/** What a browser calls this machine; the port is another one behind `ssh -L`. */
const LOOPBACK = /^(?:localhost|127\.0\.0\.1|\[::1\])(?::\d{1,5})?$/i;

/**
 * Who has the token reads. A page of another site that a browser shows has no way in either: its name may lead to this
 * machine (DNS rebinding), but stands in the Host header then.
 */
export function admit(
  { method, url = "", headers }: Pick<IncomingMessage, "method" | "url" | "headers">,
  token: string,
): Admission {
  if (!LOOPBACK.test(headers.host ?? "")) return 403;
  if (method !== "GET" && method !== "HEAD") return 405;
  const [path = ""] = url.split("?", 1);
  const [, given = "", ...rest] = path.split("/");
  if (!isEqual(given, token)) return 404;
  const place = rest.join("/");
  return place === "" ? "page" : place === "events" ? "events" : 404;
}

/** In a time that does not depend on where they differ. */
function isEqual(given: string, token: string): boolean {
  const [a, b] = [given, token].map((text) => createHash("sha256").update(text).digest());
  return a !== undefined && b !== undefined && timingSafeEqual(a, b);
}
