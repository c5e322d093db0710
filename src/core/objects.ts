type Present<T> = { [K in keyof T]: Exclude<T[K], undefined> };

/** The same mapping without the keys that have no value. */
export function dropAbsent<T extends object>(mapping: T): Present<T> {
  const entries = Object.entries(mapping).filter(([, value]) => value !== undefined);
  return Object.fromEntries(entries) as Present<T>;
}
