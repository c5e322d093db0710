import * as z from "zod";
import type { ToldError } from "../cnn/model-request.ts";
import { BsweepError, EXIT_STATUS, type ErrorCode } from "../core/errors.ts";

export const toldErrorSchema: z.ZodType<ToldError> = z.strictObject({
  code: z.enum(Object.keys(EXIT_STATUS) as ErrorCode[]),
  message: z.string(),
  issues: z.array(z.object({ file: z.string(), path: z.string(), message: z.string() })),
  hint: z.string().nullable(),
});

const refusalSchema = z.strictObject({ error: toldErrorSchema });

/** An error for another process of ours to read. */
export function tellError({ code, message, issues, hint }: BsweepError): ToldError {
  return { code, message, issues, hint: hint ?? null };
}

/** What the built-in trainer leaves in place of its report when it cannot do what it is asked. */
export function formatRefusal(error: BsweepError): string {
  return `${JSON.stringify({ error: tellError(error) })}\n`;
}

/** Reads it again; undefined for any other text. */
export function parseRefusal(text: string): BsweepError | undefined {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    return undefined;
  }
  const { data } = refusalSchema.safeParse(value);
  if (data === undefined) return undefined;
  const { code, message, issues, hint } = data.error;
  return new BsweepError(code, message, { issues, ...(hint === null ? {} : { hint }) });
}
