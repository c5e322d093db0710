import { Refusal } from "../daemon/refusal.ts";
import { parseSizeKiB } from "./quantities.ts";
import { parseSelect, type Select } from "./select-expression.ts";

export interface ResourceRequirement {
  /** As given, several -R joined. */
  readonly text: string;
  readonly select: Select | null;
  /** rusage[mem=], on each host; null: the site's default. */
  readonly memoryKiB: number | null;
  /** span[hosts=1]. */
  readonly oneHost: boolean;
  /** span[ptile=N]. */
  readonly slotsPerHost: number | null;
}

interface Known {
  readonly resources: readonly string[];
  readonly bareUnit: "KB" | "MB";
}

const SECTIONS = ["select", "order", "rusage", "span", "same", "cu", "affinity"];

/** Patterns of the sections whose content is not used; HELP -R, CMD (bsub -R). */
const SHAPES: Readonly<Record<string, RegExp>> = {
  order: /^-?\w+(?::-?\w+)*$/,
  same: /^\w+(?::\w+)*$/,
  cu: /^\w+=[\w-]+(?::\w+=[\w-]+)*$/,
  affinity:
    /^(?:core|thread|numa|socket)(?:\(\d+(?:,[^()]*(?:\([^()]*\))?)?\))?(?:\*\d+)?(?::[\w=(),-]+)*$/,
  span: /^(?:hosts=(?:1|-1)|ptile=(?:[1-9]\d*|!)|block=[1-9]\d*|stripe)$/,
};

/** bsub -R, given once or more often; HELP, ERT and ERR. */
export function parseRequirement(given: readonly string[], known: Known): ResourceRequirement {
  const strings = given.map((text) => readSections(text));
  for (const name of ["span", "cu", "affinity"]) {
    if (strings.filter((sections) => sections.has(name)).length > 1) throw notRepeatable();
  }
  const text = given.join(" ");
  const parts = (name: string): string[] =>
    strings.map((sections) => sections.get(name)).filter((part) => part !== undefined);
  const selects = parts("select").map((part) => parseSelect(part, text, known));
  const span = parts("span")[0];
  for (const [name, shape] of Object.entries(SHAPES)) {
    if (parts(name).some((part) => !shape.test(part.replaceAll(" ", "")))) {
      throw new Refusal("Bad resource requirement syntax");
    }
  }
  const reserved = parts("rusage").flatMap((part) => readReservations(part, known));
  return {
    text,
    select: selects.length === 0 ? null : (host) => selects.every((one) => Boolean(one(host))),
    memoryKiB: reserved.findLast(({ name }) => name === "mem")?.amount ?? null,
    oneHost: span === "hosts=1",
    slotsPerHost: Number(/^ptile=(\d+)$/.exec(span ?? "")?.[1] ?? 0) || null,
  };
}

function readSections(text: string): ReadonlyMap<string, string> {
  const sections = new Map<string, string>();
  let rest = text.trim();
  // HELP: a first string without a section is a select.
  const bare = /^(?!\w+\s*\[)[^[\]]*?(?=\s+\w+\s*\[|$)/.exec(rest)?.[0] ?? "";
  if (bare !== "") sections.set("select", bare);
  rest = rest.slice(bare.length).trim();
  if (rest === "" && bare === "") throw new Refusal("Bad resource requirement syntax");
  while (rest !== "") {
    const section = /^(\w+)\s*\[([^[\]]*)\]\s*/.exec(rest);
    const [whole = "", name = "", content = ""] = section ?? [];
    if (!SECTIONS.includes(name)) throw new Refusal("Bad resource requirement syntax");
    if (sections.has(name)) throw new Refusal(`Error near "${name}" : duplicate section`);
    sections.set(name, content);
    rest = rest.slice(whole.length);
  }
  return sections;
}

const notRepeatable = (): Refusal =>
  new Refusal(
    `Syntax Error: Multiple -R resource requirement strings are not supported on "span", "cu" and "affinity" sections. Specify multiple -R resource requirement strings only on order, same, rusage, and select sections.`,
  );

/** `mem=20:swp=50:duration=1h, lic=1`; HELP -R. `/job`, `/host`, `/task` may follow an amount. */
function readReservations(content: string, { resources, bareUnit }: Known) {
  return content.split(/[,:]/).map((item) => {
    const parts = /^\s*(\w+)\s*=\s*(\d+(?:\.\d+)?\w*)(?:\/(?:job|host|task))?\s*$/.exec(item);
    const [, name = "", value = ""] = parts ?? [];
    const isTime = name === "duration" || name === "decay";
    const amount = isTime ? 0 : parseSizeKiB(value, bareUnit);
    if (amount === null || parts === null) throw new Refusal("Error in rusage section");
    if (!isTime && !/^(?:mem|swp|tmp|ngpus_\w+|port\d+)$/.test(name) && !resources.includes(name)) {
      throw new Refusal("Bad resource name");
    }
    return { name, amount };
  });
}
