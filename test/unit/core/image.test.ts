import { expect, test } from "vitest";
import { parseImageReference } from "../../../src/core/image.ts";

const DIGEST = `sha256:${"0123456789abcdef".repeat(4)}`;

test.each([
  ["busybox", { name: "busybox" }],
  ["user/name:1.0", { name: "user/name", tag: "1.0" }],
  ["docker.io/user/name:1", { registry: "docker.io", name: "docker.io/user/name", tag: "1" }],
  [
    "Registry.example.org/a:b",
    { registry: "Registry.example.org", name: "Registry.example.org/a", tag: "b" },
  ],
  ["localhost/a:b", { registry: "localhost", name: "localhost/a", tag: "b" }],
  ["localhost:5000/a", { registry: "localhost:5000", name: "localhost:5000/a" }],
  [`r.org/a/b-c_d@${DIGEST}`, { registry: "r.org", name: "r.org/a/b-c_d", digest: DIGEST }],
  [`r.org/a:1@${DIGEST}`, { registry: "r.org", name: "r.org/a", tag: "1", digest: DIGEST }],
])("%s", (text, parts) => {
  const none = { registry: undefined, tag: undefined, digest: undefined };
  expect(parseImageReference(text)).toEqual({ ...none, ...parts });
});

test.each([
  "",
  "/images/trainer.sqsh",
  "-it",
  "a b",
  "Name:1",
  "Lab/name:1",
  "a:1\n",
  "docker://a/b",
  "a@sha256:0",
  "a:$(id)",
  "../a",
  "a/",
])("no image's name: %j", (text) => {
  expect(parseImageReference(text)).toBeUndefined();
});
