import { expect, test } from "vitest";
import { engineFailure } from "../../../../src/app/image/engine.ts";

/** What docker and podman print, shortened. */
test.each([
  ["denied: requested access to the resource is denied", "docker login registry.example.org"],
  ["unauthorized: authentication required", "docker login registry.example.org"],
  ["toomanyrequests: You have reached your pull rate limit.", "limits how much is pulled"],
  ["write /var/lib/docker/tmp: no space left on device", "docker system df"],
  ["x509: certificate signed by unknown authority", "not trusted here"],
  ["dial tcp: lookup registry.example.org: no such host", "check the name"],
  ["something else", "--print"],
])("%s", (line, hint) => {
  const output = ["first", line];
  const error = engineFailure(
    "Pushing it",
    "docker",
    { failure: "exit status 1", output },
    "registry.example.org",
  );
  expect(error.hint).toContain(hint);
  expect(error.message).toBe(`Pushing it failed (exit status 1)\n  | first\n  | ${line}`);
});
