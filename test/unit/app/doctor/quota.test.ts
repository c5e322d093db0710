import { expect, test } from "vitest";
import { parseGpfsQuota, parseQuota } from "../../../../src/app/doctor/workspace.ts";

test("mmlsquota -Y: columns are found by their names, the smaller limit counts, none is left out", () => {
  const text = [
    "mmlsquota::HEADER:version:reserved:reserved:filesystemName:quotaType:id:name:blockUsage:blockQuota:blockLimit:blockInDoubt:blockGrace:filesUsage:filesQuota:filesLimit:filesInDoubt:filesGrace:remarks:quota:defQuota:fid:filesetname:",
    "mmlsquota::0:1:::rdcw-fs2:USR:501:anna:9961472:10485760:11534336:0:none:812:0:0:0:none::on:off:3:home1:",
    "mmlsquota::0:1:::rdcw-fs1:USR:501:anna:4096:0:0:0:none:1:0:0:0:none::on:off:0:root:",
  ].join("\n");
  expect(parseGpfsQuota(text)).toEqual([
    { place: "rdcw-fs2:home1", usedKiB: 9_961_472, limitKiB: 10_485_760 },
  ]);
});

test("quota -w: rows of file systems", () => {
  const text = [
    "Disk quotas for user anna (uid 501): ",
    "     Filesystem  blocks   quota   limit   grace   files   quota   limit   grace",
    "      /dev/sda1   1024*    1000    2000   6days      12       0       0        ",
    "server:/home       10       0       0       0      12       0       0       0",
  ].join("\n");
  expect(parseQuota(text)).toEqual([{ place: "/dev/sda1", usedKiB: 1024, limitKiB: 1000 }]);
});

test.each(["", "none", "mmlsquota: command failed", "a b c d e f g h", ":::::", "1 2 3 4 5"])(
  "garbage tells nothing: %j",
  (text) => {
    expect(parseGpfsQuota(text)).toEqual([]);
    expect(parseQuota(text)).toEqual([]);
  },
);
