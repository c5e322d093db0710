import { afterEach } from "vitest";
import { takeUnseen } from "./statuses.ts";

afterEach(({ task }) => {
  const unseen = takeUnseen();
  if (task.result?.state === "fail" || unseen.length === 0) return;
  throw new Error(`ends that the test has not looked at:\n${unseen.join("\n")}`);
});
