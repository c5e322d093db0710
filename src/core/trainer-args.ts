import type { ArgsStyle } from "./args-style.ts";
import { isObject } from "./objects.ts";
import { formatValue } from "./parameter-value.ts";
import type { ParameterValue } from "./study.ts";

const DEFAULT_STYLE: ArgsStyle = {
  separator: "equals",
  names: "asWritten",
  booleans: "value",
  lists: "comma",
  prefix: "--",
};

/** A value as one word. */
function toWord(value: ParameterValue, lists: ArgsStyle["lists"]): string {
  const isFlat = isList(value) && value.every((each) => typeof each !== "object" || each === null);
  return isFlat && lists !== "json" ? value.map(formatValue).join(",") : formatValue(value);
}

/**
 * One parameter as the words that a program takes for it. What stands in a mapping has the mapping's name before its own,
 * `--optimizer.rate=0.1`. Of null there is no word, so that the program takes its own default; without a prefix, where names
 * are set and no options are, it is written.
 * @param written of the style, as far as it is not the default
 */
export function argumentWords(
  name: string,
  value: ParameterValue,
  written: Partial<ArgsStyle> = {},
): string[] {
  const style = { ...DEFAULT_STYLE, ...written };
  const { prefix, booleans, lists } = style;
  if (value === null && prefix !== "") return [];
  if (isList(value) && lists === "repeated")
    return value.flatMap((each) => argumentWords(name, each, written));
  if (isMapping(value))
    return Object.entries(value).flatMap(([key, inner]) =>
      argumentWords(`${name}.${key}`, inner, written),
    );
  const own = renameArgument(name, style.names);
  return typeof value === "boolean" && booleans !== "value"
    ? switchWords(own, value, style)
    : joinWords(own, value, style);
}

function switchWords(own: string, isOn: boolean, { prefix, booleans }: ArgsStyle): string[] {
  if (isOn) return [prefix + own];
  return booleans === "flag" ? [] : [`${prefix}no-${own}`];
}

function joinWords(
  own: string,
  value: ParameterValue,
  { prefix, separator, lists }: ArgsStyle,
): string[] {
  const word = toWord(value, lists);
  return separator === "equals" ? [`${prefix}${own}=${word}`] : [prefix + own, word];
}

function isMapping(value: ParameterValue): value is Readonly<Record<string, ParameterValue>> {
  return isObject(value);
}

function isList(value: ParameterValue): value is readonly ParameterValue[] {
  return Array.isArray(value);
}

/** `learningRate` and `learning_rate` as `learning-rate` (kebab) or `learning_rate` (snake); dots stay. */
export function renameArgument(name: string, names: ArgsStyle["names"] = "asWritten"): string {
  if (names === "asWritten") return name;
  const joint = names === "kebab" ? "-" : "_";
  return name
    .replace(/([a-z0-9])([A-Z])/g, `$1${joint}$2`)
    .replace(/([A-Z])([A-Z][a-z])/g, `$1${joint}$2`)
    .replaceAll(/[_-]/g, joint)
    .toLowerCase();
}
