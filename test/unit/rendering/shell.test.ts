import { execFileSync } from "node:child_process";
import fc from "fast-check";
import { expect, test } from "vitest";
import { quoteShell } from "../../../src/rendering/engine.ts";

const line = fc.string({ unit: "binary" }).filter((text) => !/[\0\n\r]/.test(text));

test("bash and sh read back exactly what was quoted", () => {
  fc.assert(
    fc.property(fc.array(line, { minLength: 1, maxLength: 40 }), (words) => {
      // Lone surrogates have no UTF-8; a file name cannot hold them.
      const values = words.map((word) => Buffer.from(word).toString());
      for (const shell of ["bash", "sh"]) {
        const script = `printf '%s\\n' ${values.map(quoteShell).join(" ")}`;
        expect(execFileSync(shell, ["-c", script], { encoding: "utf8" })).toBe(
          values.map((value) => `${value}\n`).join(""),
        );
      }
    }),
    { numRuns: 30 },
  );
});

test.each(["a\nb", "a\0b", "a\rb"])("refuses %j", (value) => {
  expect(() => quoteShell(value)).toThrow("expected one line of text");
});
