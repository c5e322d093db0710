import { Refusal } from "../daemon/refusal.ts";

export interface GpuRequirement {
  readonly count: number;
  readonly exclusive: boolean;
  readonly model: string | null;
}

type Check = readonly [pattern: RegExp, refusal: string];

const SIZE = /^\d+(?:\.\d+)?(?:[KMGTP]B?)?$/i;

/** HELP -gpu and CMD (bmod -gpu); the texts are ERR's. */
const KEYS: Readonly<Record<string, Check>> = {
  num: [/^[1-9]\d*(?:\/(?:task|host))?$/, "GPU num not valid in gpu requirement"],
  mode: [/^(?:shared|exclusive_process)$/, "Invalid mode in gpu requirement"],
  mps: [/^(?:yes|no)(?:,.*)?$/, "Invalid GPU requirement"],
  // HELP has yes and no; JEE writes true and false.
  j_exclusive: [/^(?:yes|no|true|false)$/, "Invalid job exclusive in gpu requirement"],
  aff: [/^(?:yes|no)$/, "Invalid GPU requirement"],
  block: [/^(?:yes|no)$/, "Invalid GPU requirement"],
  gpack: [/^(?:yes|no)$/, "Invalid GPU requirement"],
  gvendor: [/^(?:amd|nvidia)$/, "Invalid GPU requirement"],
  gmodel: [/^\w+(?:-\d+(?:\.\d+)?[KMGTP]B?)?$/, "Invalid model in gpu requirement"],
  gtile: [/^(?:\d+|!)$/, "Invalid gtile in gpu requirement"],
  gmem: [SIZE, "Invalid memory in gpu requirement"],
  nvlink: [/^(?:yes|no)$/, "Invalid nvlink in gpu requirement"],
  glink: [/^(?:yes|no)$/, "Invalid GPU requirement"],
  mig: [/^\S+$/, "Invalid GPU requirement"],
};

export function parseGpu(value: string): GpuRequirement {
  const given = new Map<string, string>();
  for (const item of value === "-" ? [] : value.split(":")) {
    const [key = "", argument = "", ...rest] = item.split("=");
    const check = Object.hasOwn(KEYS, key) ? KEYS[key] : undefined;
    if (check === undefined || rest.length > 0) throw new Refusal("Invalid GPU requirement");
    if (!check[0].test(argument)) throw new Refusal(check[1]);
    given.set(key, argument);
  }
  return {
    count: Number.parseInt(given.get("num") ?? "1", 10),
    exclusive:
      given.get("mode") === "exclusive_process" ||
      /^(?:yes|true)$/.test(given.get("j_exclusive") ?? "no"),
    model: given.get("gmodel")?.split("-")[0] ?? null,
  };
}
