// The floor under a first `bsweep collect`: plain Node that lists result files, reads, parses and hashes each, and keeps
// nothing. With `list`, under one that finds nothing new: it only lists.
import { createHash } from "node:crypto";
import { readdirSync, readFileSync } from "node:fs";

const [folder = ".", mode = "read"] = process.argv.slice(2);
let count = 0;
for (const round of readdirSync(folder).filter((name) => name.startsWith("round-"))) {
  for (const array of readdirSync(`${folder}/${round}`)) {
    for (const name of readdirSync(`${folder}/${round}/${array}`)) {
      count += 1;
      if (mode === "list") continue;
      const text = readFileSync(`${folder}/${round}/${array}/${name}`, "utf8");
      JSON.parse(text);
      createHash("sha256").update(text).digest("hex");
    }
  }
}
process.stdout.write(`${count}\n`);
