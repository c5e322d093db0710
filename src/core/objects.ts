type Present<T> = { [K in keyof T]: Exclude<T[K], undefined> };

/** The same mapping without the keys that have no value. */
export function dropAbsent<T extends object>(mapping: T): Present<T> {
  const entries = Object.entries(mapping).filter(([, value]) => value !== undefined);
  return Object.fromEntries(entries) as Present<T>;
}

/** Whether a value is a mapping of names to values, as a JSON document may be. */
export function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
