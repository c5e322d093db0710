import type { ArchiveFacts } from "../app/archive/archive.ts";
import { formatCount, plural } from "../core/quantities.ts";

/** What somebody reads first who gets an archive, in Markdown. */
export function formatArchiveReadme(facts: ArchiveFacts): string {
  const { study, createdAt, bsweep, rounds, results, left } = facts;
  const trials = rounds.reduce((sum, each) => sum + each.trials, 0);
  return `# ${study}

A study of ${plural(trials, "planned trial")} in ${plural(rounds.length, "round")}, ${plural(results, "result")}, written on ${createdAt} by bsweep ${bsweep}.

| | |
| --- | --- |
| \`report/\` | \`report.html\` to open in a browser; the ranking: \`ranking.txt\` to read, \`ranking.csv\`, \`steps.csv\` and \`report.json\` with every metric |
| \`study.yaml\` | what was asked for: search space, sampler, trainer, data, resources |
| \`jobs/${study}/round-NNN/\` | what was planned: \`round.json\`, and a line an element in \`array-NN.trials.jsonl\`, with every parameter and seed |
| \`results/${study}/study.sqlite\` | all of it as an SQLite database |
| \`results/${study}/round-NNN/packed-*.jsonl.gz\` | the results as the trials left them: \`zcat\` gives a JSON line each |
| \`archive.json\` | versions, images, digests of data sets |
| \`SHA256SUMS\` | \`sha256sum --check SHA256SUMS\` checks every file |

This folder is a workspace: \`bsweep report study.yaml --workspace .\` ranks it anew. \`bsweep verify .\` checks every
file and runs some of its trials again, in a workspace that has the data set under the name that \`study.yaml\` gives it.

## Made with

${rounds.map(describeRound).join("\n")}

Not in here: the data set, job scripts, logs, checkpoints, models${left.length === 0 ? "" : `, and ${formatCount(left.length)} files that are no valid results`}.

## What it names of where it was made

- hosts: ${listed(facts.hosts)}
- users: ${listed(facts.users)}
- paths: ${listed(facts.paths)}
`;
}

function describeRound({
  round,
  createdAt,
  bsweep,
  trials,
  setting,
  image,
  dataset,
}: ArchiveFacts["rounds"][number]): string {
  const trainer =
    setting === null ? "" : `, trainer ${setting.trainer.name} ${setting.trainer.revision}`;
  const precision = setting === null ? "" : `, ${setting.precision}`;
  return `- round ${round}, ${createdAt}: ${plural(trials, "trial")}, bsweep ${bsweep}${trainer}${precision}; image ${code(image)}; data ${code(dataset)}`;
}

function listed(names: readonly string[]): string {
  return names.length === 0 ? "none" : names.map(code).join(", ");
}

/** Backticks and line ends of what others have named would end the code. */
function code(text: string | null): string {
  return text === null ? "none" : `\`${text.replaceAll(/[\`\x00-\x1f\x7f]/g, "?")}\``;
}
