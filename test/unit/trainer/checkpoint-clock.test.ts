import { setTimeout as sleep } from "node:timers/promises";
import { expect, test } from "vitest";
import { CheckpointClock } from "../../../src/trainer/checkpoints.ts";

const never = new AbortController().signal;

test("saves when the time has passed, and begins to count anew", async () => {
  const clock = new CheckpointClock({ seconds: 0.05, endsAt: null, stop: never });
  await sleep(60);
  expect(clock.decide()).toBe("save");
  expect(new CheckpointClock({ seconds: 3600, endsAt: null, stop: never }).decide()).toBe("go on");
  const long = new CheckpointClock({ seconds: 3600, endsAt: null, stop: never });
  expect([long.decideAtEpoch(), long.decide()]).toEqual(["go on", "go on"]);
});

test("0 seconds: after every epoch, and only then", () => {
  const clock = new CheckpointClock({ seconds: 0, endsAt: null, stop: never });
  expect([clock.decide(), clock.decideAtEpoch(), clock.decide(), clock.decideAtEpoch()]).toEqual([
    "go on",
    "save",
    "go on",
    "save",
  ]);
});

test("stops when it is told to", () => {
  const controller = new AbortController();
  const clock = new CheckpointClock({ seconds: 0, endsAt: null, stop: controller.signal });
  expect(clock.decide()).toBe("go on");
  controller.abort();
  expect([clock.decide(), clock.decideAtEpoch()]).toEqual(["stop", "stop"]);
});

test("stops when its time is over", () => {
  const at = (milliseconds: number): string => new Date(Date.now() + milliseconds).toISOString();
  const decide = (endsAt: string): string =>
    new CheckpointClock({ seconds: 3600, endsAt, stop: never }).decide();
  expect(decide(at(-1))).toBe("stop");
  expect(decide(at(3_600_000))).toBe("go on");
});
