// The floor under `report`, `status` and `best`: plain Node that reads every trial of a study's database, and says nothing.
import Database from "better-sqlite3";

const [file = ""] = process.argv.slice(2);
const rows = new Database(file, { readonly: true })
  .prepare(
    "SELECT number, params, state, objective, metrics FROM trials JOIN results USING (trial)",
  )
  .all();
for (const { params, metrics } of rows) {
  JSON.parse(params);
  JSON.parse(metrics);
}
process.stdout.write(`${rows.length}\n`);
