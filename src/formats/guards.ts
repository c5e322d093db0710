import { isObject } from "../core/objects.ts";

/**
 * Forms of JSON values of which there are very many: checked several times as fast as a schema does it, without a
 * word of what is wrong. A schema that says it stands beside each, and tests hold one against the other.
 */
export type Guard = (value: unknown) => boolean;

export const isText: Guard = (value) => typeof value === "string";
export const isNumber: Guard = (value) => Number.isFinite(value);

export const isAtLeast =
  (low: number): Guard =>
  (value) =>
    Number.isFinite(value) && (value as number) >= low;

export const isInteger =
  (low: number): Guard =>
  (value) =>
    Number.isSafeInteger(value) && (value as number) >= low;

export const isOneOf = (values: readonly unknown[]): Guard => {
  const all = new Set(values);
  return (value) => all.has(value);
};

export const orNull =
  (guard: Guard): Guard =>
  (value) =>
    value === null || guard(value);

/** A member that may be left out. */
export const orAbsent =
  (guard: Guard): Guard =>
  (value) =>
    value === undefined || guard(value);

export const isListOf =
  (guard: Guard): Guard =>
  (value) =>
    Array.isArray(value) && value.every(guard);

/** Any names, but the one that JavaScript gives a meaning of its own. */
export const isRecordOf =
  (guard: Guard): Guard =>
  (value) =>
    isObject(value) &&
    Object.keys(value).every((name) => name !== "__proto__" && guard(value[name]));

/** A guard for each member of a type. */
export type MemberGuards<T> = { readonly [Name in keyof T]-?: Guard };

/** These members, and no other. */
export function isObjectOf(members: Readonly<Record<string, Guard>>): Guard {
  const guards = Object.entries(members);
  return (value) => {
    if (!isObject(value)) return false;
    let found = 0;
    for (const [name, guard] of guards) {
      const member = value[name];
      if (!guard(member)) return false;
      if (member !== undefined) found += 1;
    }
    return Object.keys(value).length === found;
  };
}
