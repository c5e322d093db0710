import { describe, expect, test } from "vitest";
import { useLsf } from "../../support/lsf/suite.ts";
import { GOOD, makeSubmittableRound } from "../../support/submitted-round.ts";

describe("cluster.notify", () => {
  const lsf = useLsf({ mode: "process" });

  test("one mail when everything has ended, and none for an element", async () => {
    const round = await makeSubmittableRound(lsf(), {
      trials: [GOOD, "exit 1", GOOD],
      cluster: "notify: me@example.org",
    });
    const { status, stderr } = round.submit();
    expect(stderr).toBe("");
    expect(status).toBe(0);
    const notify = (await lsf().jobs()).at(-1);
    expect(notify?.options["-w"]).toBe("ended(1000) && ended(1001) && ended(1002)");
    await lsf().untilEnded();
    const mails = await lsf().mails();
    expect(mails.map(({ to }) => to)).toEqual(["me@example.org"]);
    expect(mails[0]?.subject).toContain("s-r001-end-0a1b2c3d");
    expect(round.submit().status).toBe(0);
    expect(await lsf().jobs()).toHaveLength(4);
  });
});
