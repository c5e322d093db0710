import { BsweepError } from "../../core/errors.ts";
import { MAX_CLASSES } from "../../formats/dataset-header.ts";
import { openPackedDataset } from "../../workspace/packed-dataset.ts";
import { keepOrder, numberClasses, type Numbering, placeLabels } from "./labels.ts";
import type { FoundPiece } from "./pieces.ts";

/** So many labels stand in a message. */
const SHOWN = 5;

/**
 * Numbers the classes of all pieces together.
 * @param like folder of a data set whose classes these are
 * @throws BsweepError INVALID_DATA for labels that it does not have, or too many different ones
 */
export function numberPieces(
  pieces: readonly [FoundPiece, ...FoundPiece[]],
  like: string | undefined,
): Numbering {
  const [{ sources }] = pieces;
  const values = new Set(pieces.flatMap(labelsOf));
  const numbering = like === undefined ? chooseNumbering(pieces[0], values) : readNumbering(like);
  const file = sources[0]?.file ?? "";
  if (numbering.classes > MAX_CLASSES) {
    const message = `${file} has ${numbering.classes} different labels, expected at most ${MAX_CLASSES}`;
    throw new BsweepError("INVALID_DATA", message, { hint: "--label-column names the labels" });
  }
  const labels = [...values];
  const unknown = labels.filter((_, at) => placeLabels(labels, numbering)[at] === -1);
  if (unknown.length === 0) return numbering;
  const shown = unknown.slice(0, SHOWN).map((label) => JSON.stringify(label));
  const more = unknown.length > SHOWN ? ` and ${unknown.length - SHOWN} more` : "";
  throw new BsweepError(
    "INVALID_DATA",
    `${file} has labels that ${like ?? "the classes"} has not: ${shown.join(", ")}${more}`,
    { hint: "prepare the training set with rows of every class" },
  );
}

function chooseNumbering({ classes, ordered }: FoundPiece, values: ReadonlySet<string>): Numbering {
  if (classes !== null) return { classes, classNames: undefined };
  return ordered === true ? keepOrder([...values]) : numberClasses(values);
}

function readNumbering(like: string): Numbering {
  const { classes, classNames } = openPackedDataset(like).header;
  if (classes > 0) return { classes, classNames };
  throw new BsweepError("INVALID_DATA", `${like} has no labels, expected those of --like`);
}

/** Labels that pieces of numbers hold: every one up to the largest is a class, as it always was. */
function labelsOf({ labelValues, labelCounts }: FoundPiece): readonly string[] {
  if (labelValues !== undefined) return labelValues;
  const largest = (labelCounts ?? []).findLastIndex((rows) => rows > 0);
  return Array.from({ length: largest + 1 }, (_, label) => String(label));
}

/** Of each byte of a piece's labels its class. */
export function placePiece(piece: FoundPiece, numbering: Numbering): readonly number[] {
  const { labelValues } = piece;
  if (labelValues !== undefined) return placeLabels(labelValues, numbering);
  const values = Array.from({ length: MAX_CLASSES }, (_, label) => String(label));
  return placeLabels(values, numbering).map((label) => Math.max(label, 0));
}
