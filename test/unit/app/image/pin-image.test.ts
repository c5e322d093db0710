import { writeFileSync } from "node:fs";
import { expect, test } from "vitest";
import { pinImage, recordPushedImage } from "../../../../src/app/image/record.ts";
import type { ContainerRuntime } from "../../../../src/core/placement.ts";
import { createLayout } from "../../../../src/workspace/layout.ts";
import { makeTestFolder } from "../../../support/folder.ts";

const DIGEST = `sha256:${"ab".repeat(32)}`;
const TAGGED = "registry.example.org/lab/trainer:1";
const PUSHED = { digest: DIGEST, pushedAt: "2026-01-01T00:00:00.000Z" };

function pin(image: string | undefined, container: ContainerRuntime, layout = makeLayout()) {
  const request = { queue: "general", ...(image === undefined ? {} : { image }) };
  return pinImage(request, { container }, layout);
}

const makeLayout = () => createLayout(makeTestFolder());

test("a tag that was pushed from the workspace becomes the digest it had then", () => {
  const layout = makeLayout();
  recordPushedImage(layout, TAGGED, { ...PUSHED, digest: `sha256:${"cd".repeat(32)}` });
  recordPushedImage(layout, "registry.example.org/lab/trainer:2", PUSHED);
  recordPushedImage(layout, TAGGED, PUSHED);
  expect(pin(TAGGED, "docker", layout)).toEqual({
    queue: "general",
    image: `registry.example.org/lab/trainer@${DIGEST}`,
  });
});

test("any other tag, a digest, a file and no image at all are left alone", () => {
  for (const image of [
    ...[TAGGED, "constructor", "trainer"],
    ...[`a.org/b@${DIGEST}`, "/images/trainer.sqsh", "docker://a.org/b:1"],
    undefined,
  ]) {
    expect(pin(image, "docker").image).toBe(image);
  }
});

test("other runtimes get the name as it is", () => {
  const layout = makeLayout();
  recordPushedImage(layout, TAGGED, PUSHED);
  expect(pin(TAGGED, "pyxis", layout)).toMatchObject({ image: TAGGED });
  expect(pin(TAGGED, "apptainer", layout)).toMatchObject({ image: TAGGED });
});

test("a damaged record is an error with its place", () => {
  const layout = makeLayout();
  writeFileSync(layout.imageRecord(), '{"schemaVersion":1,"images":{"a:1":{"digest":"sha256:0"}}}');
  expect(() => pin(TAGGED, "docker", layout)).toThrow(/no valid record of pushed images/);
});
