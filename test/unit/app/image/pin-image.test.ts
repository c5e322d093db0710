import { writeFileSync } from "node:fs";
import { expect, test } from "vitest";
import { pinImage } from "../../../../src/app/image/pin-image.ts";
import { recordPushedImage } from "../../../../src/app/image/record.ts";
import type { ContainerRuntime } from "../../../../src/core/placement.ts";
import { createLayout } from "../../../../src/workspace/layout.ts";
import { makeTestFolder } from "../../../support/folder.ts";
import { recordEffects } from "../../../support/prepare.ts";

const DIGEST = `sha256:${"ab".repeat(32)}`;
const TAGGED = "registry.example.org/lab/trainer:1";
const PUSHED = { digest: DIGEST, pushedAt: "2026-01-01T00:00:00.000Z" };

function pin(image: string | undefined, container: ContainerRuntime, layout = makeLayout()) {
  const { reporter, lines } = recordEffects();
  const request = { queue: "general", ...(image === undefined ? {} : { image }) };
  const pinned = pinImage(request, { site: { container }, layout, reporter });
  return { pinned, lines };
}

const makeLayout = () => createLayout(makeTestFolder());

test("a tag that was pushed from the workspace becomes the digest it had then", () => {
  const layout = makeLayout();
  recordPushedImage(layout, TAGGED, { ...PUSHED, digest: `sha256:${"cd".repeat(32)}` });
  recordPushedImage(layout, "registry.example.org/lab/trainer:2", PUSHED);
  recordPushedImage(layout, TAGGED, PUSHED);
  const { pinned, lines } = pin(TAGGED, "docker", layout);
  expect(pinned).toEqual({
    queue: "general",
    image: `registry.example.org/lab/trainer@${DIGEST}`,
  });
  expect(lines).toEqual([]);
});

test("any other tag stays, and the warning names the command that pins it", () => {
  for (const image of [TAGGED, "constructor", "trainer"]) {
    const { pinned, lines } = pin(image, "docker");
    expect(pinned).toMatchObject({ image });
    expect(lines.join()).toMatch(/named by a tag.*bsweep image push/);
  }
});

test("a digest, a file and no image at all are left alone, in silence", () => {
  for (const image of [
    `a.org/b@${DIGEST}`,
    "/images/trainer.sqsh",
    "docker://a.org/b:1",
    undefined,
  ]) {
    expect(pin(image, "docker")).toMatchObject({ lines: [], pinned: { queue: "general" } });
    expect(pin(image, "docker").pinned.image).toBe(image);
  }
});

test("pyxis gets the name as it is, with the advice to import it once", () => {
  const { pinned, lines } = pin(TAGGED, "pyxis");
  expect(pinned).toMatchObject({ image: TAGGED });
  expect(lines.join()).toMatch(/enroot import/);
  expect(pin(TAGGED, "apptainer")).toEqual({ pinned, lines: [] });
});

test("a damaged record is an error with its place", () => {
  const layout = makeLayout();
  writeFileSync(layout.imageRecord(), '{"schemaVersion":1,"images":{"a:1":{"digest":"sha256:0"}}}');
  expect(() => pin(TAGGED, "docker", layout)).toThrow(/no valid record of pushed images/);
});
