import { BsweepError } from "../core/errors.ts";
import { formatCommand } from "../core/shell.ts";
import {
  REPORT_FORMAT_NAMES,
  REPORT_FORMATS,
  type ReportFormat,
  type ReportFormatName,
} from "../reports/formats.ts";

export const DEFAULT_FORMAT = "table" satisfies ReportFormatName;

/** What was asked of `bsweep report`. */
interface Asked {
  readonly study: string;
  readonly format: ReportFormatName | undefined;
  readonly top: number | undefined;
  readonly metrics: string | undefined;
  readonly steps: boolean;
  readonly output: string | undefined;
  readonly watch: boolean;
  readonly serve: boolean;
  readonly port: number | undefined;
}

/** @throws BsweepError USAGE for what does not go together, or cannot be had, with the command that would */
export function checkAsked(asked: Asked): void {
  const { study, format: name = DEFAULT_FORMAT, top, steps, output, watch } = asked;
  if (asked.serve) {
    checkServed(asked);
    return;
  }
  if (asked.port !== undefined) throw new BsweepError("USAGE", "--port goes with --serve");
  const format: ReportFormat = REPORT_FORMATS[name];
  if (steps && format.hasSteps !== true)
    throw new BsweepError("USAGE", `--steps goes with --format ${listStepFormats()}`);
  if (top !== undefined && format.isWhole === true)
    throw new BsweepError("USAGE", `--format ${name} has all trials: it goes without --top`);
  if (output !== undefined) return;
  const command = (file: string, ...more: readonly string[]): string =>
    formatCommand("bsweep", "report", study, "--format", name, "--output", file, ...more);
  if (format.file !== undefined)
    throw new BsweepError("USAGE", `--format ${name} is no text: it needs a file, --output FILE`, {
      hint: command(format.file),
    });
  if (watch)
    throw new BsweepError(
      "USAGE",
      "--watch writes a file again and again: it needs --output FILE",
      {
        hint: command("FILE", "--watch"),
      },
    );
}

/** @throws BsweepError USAGE */
function checkServed({ format, top, metrics, steps, output, watch }: Asked): void {
  const others = [
    ...(format === undefined || format === "html" ? [] : [`--format ${format}`]),
    ...(top === undefined ? [] : ["--top"]),
    ...(metrics === undefined ? [] : ["--metrics"]),
    ...(steps ? ["--steps"] : []),
    ...(output === undefined ? [] : ["--output"]),
    ...(watch ? ["--watch"] : []),
  ];
  if (others.length === 0) return;
  throw new BsweepError(
    "USAGE",
    `--serve shows the HTML page: it goes without ${others.join(", ")}`,
  );
}

/** `csv, json or parquet` */
export function listStepFormats(): string {
  const names = REPORT_FORMAT_NAMES.filter(
    (name) => (REPORT_FORMATS[name] as ReportFormat).hasSteps,
  );
  return `${names.slice(0, -1).join(", ")} or ${names.at(-1)}`;
}
