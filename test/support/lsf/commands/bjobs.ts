import type { Call } from "../daemon/call.ts";
import type { Cluster } from "../daemon/cluster.ts";
import type { Job } from "../daemon/job.ts";
import { Refusal } from "../daemon/refusal.ts";
import { flag, lastValues, parseOptions, text, unemulated } from "../grammar/options.ts";
import { formatLong } from "./bjobs-long.ts";
import { formatJson, formatTable, parseFormat } from "./bjobs-format.ts";
import { selectElements, type Selection } from "./bjobs-selection.ts";
import { formatArrays, formatJobs } from "./bjobs-tables.ts";

const OPTIONS = {
  "-a": flag("MAN"),
  "-A": flag("MAN"),
  "-d": flag("MAN"),
  "-p": flag("MAN"),
  "-r": flag("MAN"),
  "-s": flag("MAN"),
  "-l": flag("MAN"),
  "-UF": flag("MAN"),
  "-w": flag("MAN"),
  "-noheader": flag("MAN"),
  "-json": flag("MAN"),
  "-o": text("MAN"),
  "-J": text("MAN, JEE"),
  "-g": text("MAN, JEE"),
  "-q": text("MAN"),
  "-u": text("MAN"),
  "-m": text("MAN"),
  ...Object.fromEntries(
    "-W -WF -WL -WP -X -N -sum -aff -cname -fwd -gpu -plan -prio -rusage -hms -psum -pac -data"
      .split(" ")
      .map((name) => [name, unemulated("MAN")]),
  ),
  ...Object.fromEntries(
    "-app -G -Jd -Lp -P -sla -U -script -env"
      .split(" ")
      .map((name) => [name, unemulated("MAN", "text")]),
  ),
};

type Values = Readonly<Record<string, string>>;

/** bjobs; MAN. */
export function bjobs(cluster: Cluster, call: Call): number {
  const { options, rest } = parseOptions("bjobs", OPTIONS, call.args, { mixed: true });
  const values = lastValues(options);
  const format = values["-o"] ?? (usesFormat(values) ? call.env["LSB_BJOBS_FORMAT"] : undefined);
  checkCombination(values, format);
  if ("-A" in values) return showArrays(cluster, call, values, rest);
  const selection = selectElements(cluster, values, rest);
  show(cluster, call, values, selection, format);
  return tellMissing(cluster, call, values, selection);
}

const EXCLUDE_FORMAT = ["-A", "-l", "-UF", "-w"];

const usesFormat = (values: Values): boolean => !EXCLUDE_FORMAT.some((name) => name in values);

/** MAN: -o goes with none of -A -l -UF -w, -json needs a format and goes not with -noheader. The words are ours. */
function checkCombination(values: Values, format: string | undefined): void {
  const other = EXCLUDE_FORMAT.find((name) => name in values);
  if (format !== undefined && other !== undefined) {
    throw new Refusal(`bjobs: -o cannot be used with ${other}`);
  }
  if (!("-json" in values)) return;
  if (format === undefined) throw new Refusal("bjobs: -json needs -o or LSB_BJOBS_FORMAT");
  if ("-noheader" in values) throw new Refusal("bjobs: -json cannot be used with -noheader");
}

function show(
  cluster: Cluster,
  call: Call,
  values: Values,
  { elements, missing }: Selection,
  format: string | undefined,
): void {
  const header = !("-noheader" in values);
  const parsed = format === undefined ? null : parseFormat(format);
  if (parsed !== null && "-json" in values) {
    const listed = cluster.variants.missingJobInJson === "record" ? missing : [];
    const empty = elements.length + listed.length === 0;
    if (!empty || cluster.variants.emptyJson === "document") {
      call.out(formatJson(parsed, elements, listed, cluster));
    }
  } else if (elements.length > 0) {
    const [wide, reasons] = ["-w" in values, "-p" in values];
    if (parsed !== null) call.out(formatTable(parsed, elements, cluster, header));
    else if ("-l" in values || "-UF" in values) {
      call.out(elements.map((element) => formatLong(cluster, element, "-UF" in values)).join("\n"));
    } else call.out(formatJobs(cluster, elements, { wide, reasons, header }));
  }
}

/** CFG, LSB_BJOBS_CONSISTENT_EXIT_CODE, and VOL for the words. */
function tellMissing(
  cluster: Cluster,
  call: Call,
  values: Values,
  { elements, missing }: Selection,
): number {
  const inJson = "-json" in values && cluster.variants.missingJobInJson === "record";
  if (!inJson) for (const { text } of missing) call.err(`${text}\n`);
  if (missing.length > 0) {
    return inJson && elements.length > 0 ? 0 : cluster.variants.bjobsUnknownStatus;
  }
  if (elements.length > 0) return 0;
  call.err(`${nothingFound(values)}\n`);
  return cluster.variants.bjobsUnknownStatus;
}

function nothingFound(values: Values): string {
  if ("-a" in values) return "No job found";
  if ("-d" in values) return "No DONE/EXIT job found";
  if ("-p" in values) return "No pending job found";
  if ("-r" in values) return "No running job found";
  return "-s" in values ? "No suspended job found" : "No unfinished job found";
}

/** bjobs -A takes ids of arrays, not of elements; VOL. */
function showArrays(cluster: Cluster, call: Call, values: Values, ids: readonly string[]): number {
  const everyOne = ids.length === 0 || ids[0] === "0";
  const { elements } = selectElements(cluster, { ...values, "-a": "" }, []);
  const jobs = new Set<Job>(everyOne ? elements.map(({ job }) => job).reverse() : []);
  let status = 0;
  for (const id of everyOne ? [] : ids) {
    const job = cluster.jobs.get(Number(id));
    if (job?.isArray === true) jobs.add(job);
    else {
      call.err(
        id.includes("[") ? `Job <${id}> is not a job array\n` : `Job array <${id}> is not found\n`,
      );
      status = 255;
    }
  }
  const arrays = [...jobs].filter(({ isArray }) => isArray);
  const options = { wide: "-w" in values, header: !("-noheader" in values) };
  if (arrays.length > 0) call.out(formatArrays(cluster, arrays, options));
  else if (everyOne) {
    call.err("No job found\n");
    status = cluster.variants.bjobsUnknownStatus;
  }
  return status;
}
