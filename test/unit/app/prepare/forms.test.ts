import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { makeTestFolder } from "../../../support/folder.ts";
import { FORMS, readDigits } from "../../../support/image-forms.ts";
import { encodeIdx, prepare, prepareInPieces } from "../../../support/prepare.ts";

const COUNT = 600;
const digits = readDigits(COUNT);

/** The same digits as IDX files, by the flags of old. */
async function packOld(folder: string): Promise<string> {
  const files = { images: join(folder, "images"), labels: join(folder, "labels") };
  const images = Buffer.concat([encodeIdx([COUNT, 28, 28], []), digits.images]);
  writeFileSync(files.images, images);
  writeFileSync(files.labels, Buffer.concat([encodeIdx([COUNT], []), digits.labels]));
  return (await prepare({ kind: "idx", ...files }, join(folder, "expected"))).header.digest;
}

test.each(Object.keys(FORMS))(
  "%s gives the digest of all forms, in one piece and in three",
  async (form) => {
    const folder = makeTestFolder();
    const made = FORMS[form]?.(join(folder, "form"), digits);
    const source = { kind: "from", ...made, from: made?.from ?? "" } as const;
    const whole = await prepare(source, join(folder, "whole"));
    const pieces = await prepareInPieces(source, join(folder, "pieces"), 3);
    expect(whole.header.digest).toBe(await packOld(folder));
    expect(whole.header.classNames).toBeUndefined();
    expect(pieces.header).toEqual(whole.header);
  },
);
