import {
  type DatasetHeader,
  listClassNames,
  ROW_HASH_DIGITS,
  SAMPLED_ROWS,
  type SeenImages,
} from "./dataset.ts";
import { escapeControls } from "./printable.ts";
import { formatCount, plural } from "./quantities.ts";
import { foldRanges } from "./ranges.ts";

/** Pixels are 0 .. 255: images that keep below it were scaled to another range. */
const DIM = 128;
/** Of a test set's rows that can be compared, the share from which on they are said to be the training set's. */
const OVERLAP = 0.05;
/** Images of so many classes stand in a line. */
const MAX_TOLD = 16;
/** So many classes stand in a warning. */
const SHOWN = 5;

/** What a class is called: by its name, where it has one. */
export function nameClass(
  { classNames }: Pick<DatasetHeader, "classNames">,
  label: number,
): string {
  return escapeControls(classNames?.[label] ?? String(label));
}

/** `1500 images of 32 x 32, 3 channels` */
export function describeImages({ count, height, width, channels }: DatasetHeader): string {
  const depth = channels === 1 ? "" : `, ${plural(channels, "channel")}`;
  return `${plural(count, "image")} of ${height} x ${width}${depth}`;
}

/** The same with its classes: `, 10 classes (...)`, or `, no labels`. */
export function describeDataset(header: DatasetHeader): string {
  const { classes, classCounts, classNames } = header;
  const images = describeImages(header);
  if (classes === 0) return `${images}, no labels`;
  const counts = classCounts
    .map((rows, label) =>
      classNames === undefined ? rows : `${nameClass(header, label)}: ${formatCount(rows)}`,
    )
    .join(classNames === undefined ? " " : ", ");
  const told =
    classes <= MAX_TOLD
      ? `${counts}${classNames === undefined ? " images" : ""}`
      : `${Math.min(...classCounts)} to ${Math.max(...classCounts)} images in each`;
  return `${images}, ${plural(classes, "class", "classes")} (${told})`;
}

/** What is odd about a data set, whatever it is for: a sentence each, with what to do about it. */
export function judgeDataset(header: DatasetHeader): string[] {
  const { classCounts } = header;
  const found = classesOf(classCounts);
  const largest = found.at(-1) ?? 0;
  const isSingle = found.length === 1;
  if (isSingle && header.count > 1)
    return [
      ...judgeImages(header),
      `every row is of class ${nameClass(header, largest)}: there is nothing to tell apart`,
    ];
  return [...judgeImages(header), ...(isSingle ? [] : judgeEmpty(header, largest))];
}

/**
 * The same of one that trials train on.
 * @param holdout fraction of the rows
 */
export function judgeTraining(header: DatasetHeader, holdout: number): string[] {
  const { count, classCounts } = header;
  if (count === 1)
    return [...judgeDataset(header), "the hold-out takes that row, and none is left to train on"];
  const largest = classesOf(classCounts).at(-1) ?? 0;
  const unused =
    header.classNames === undefined
      ? emptyClasses(classCounts).filter((label) => label > largest)
      : [];
  const needed = Math.ceil(1 / holdout);
  const rare = classesOf(classCounts).filter((label) => (classCounts[label] ?? 0) < needed);
  return [
    ...judgeDataset(header),
    ...(unused.length > 0
      ? [`no row is of class ${nameClasses(header, unused)}: no trial can learn it`]
      : []),
    ...(rare.length > 0
      ? [
          `${describeRare(rare, header)}: a hold-out of ${holdout} needs ${formatCount(needed)} to hold one of them`,
        ]
      : []),
  ];
}

/** What is odd about a test set beside the training set: what else `refit` would find out after all trials. */
export function judgeTest(test: DatasetHeader, train: DatasetHeader): string[] {
  const misfit = explainMisfit(test, train);
  if (misfit !== undefined) return [`${misfit}: refit refuses it`];
  if (test.digest === train.digest)
    return ["it is the training set itself: what it tells is no test"];
  const known = new Set(classesOf(train.classCounts));
  const tested = new Set(classesOf(test.classCounts));
  const untested = [...known].filter((label) => !tested.has(label));
  const unlearned = [...tested].filter((label) => !known.has(label));
  const of = (classes: readonly number[]): string => nameClasses(train, classes);
  return [
    ...judgeImages(test),
    ...(untested.length > 0
      ? [`no row is of class ${of(untested)}, which the training set has`]
      : []),
    ...(unlearned.length > 0
      ? [`rows are of class ${of(unlearned)}, of which the training set has none`]
      : []),
    ...judgeOverlap(test, train),
  ];
}

/** Why models of `train` cannot be judged on `test`; undefined when they can. */
export function explainMisfit(test: DatasetHeader, train: DatasetHeader): string | undefined {
  if (test.classes === 0) return "found no labels, expected those of a test set";
  const [found, expected] = [test, train].map(({ height, width, channels }) =>
    [height, width, channels].join(" x "),
  );
  if (found === expected && test.classes <= train.classes) return explainNames(test, train);
  return `found ${found ?? ""} in ${plural(test.classes, "class", "classes")}, expected ${expected ?? ""} in ${train.classes}`;
}

/** Classes that have rows, ascending. */
function classesOf(classCounts: readonly number[]): number[] {
  return [...classCounts.keys()].filter((label) => classCounts[label] !== 0);
}

/** The same number must be the same class. */
function explainNames(test: DatasetHeader, train: DatasetHeader): string | undefined {
  const names = listClassNames(train);
  const differs = listClassNames(test).findIndex((name, label) => name !== names[label]);
  if (differs === -1) return undefined;
  return `found class ${differs} called ${nameClass(test, differs)}, expected ${nameClass(train, differs)} as in the training set (bsweep prepare --from ... --like TRAINING-SET)`;
}

function emptyClasses(classCounts: readonly number[]): number[] {
  return [...classCounts.keys()].filter((label) => classCounts[label] === 0);
}

/** Named classes are those somebody meant; of numbered ones each up to the largest is one. */
function judgeEmpty(header: DatasetHeader, largest: number): string[] {
  const { classNames, classCounts } = header;
  if (classNames === undefined) return judgeGaps(classCounts.slice(0, largest + 1));
  const empty = emptyClasses(classCounts);
  return empty.length === 0
    ? []
    : [`no row is of class ${nameClasses(header, empty)}: no trial can learn it`];
}

/** Numbers as ranges, names as far as a line holds them. */
function nameClasses(header: DatasetHeader, labels: readonly number[]): string {
  if (header.classNames === undefined) return foldRanges(labels).join(", ");
  const shown = labels.slice(0, SHOWN).map((label) => nameClass(header, label));
  return `${shown.join(", ")}${labels.length > SHOWN ? `, and ${labels.length - SHOWN} more` : ""}`;
}

function judgeGaps(classCounts: readonly number[]): string[] {
  const empty = emptyClasses(classCounts);
  if (empty.length === 0) return [];
  const largest = classCounts.length - 1;
  const outlier = empty.at(-1) === largest - 1 && empty.length > 1 && empty[0] !== 0;
  const advice = outlier
    ? `correct ${plural(classCounts[largest] ?? 0, "label")} of ${largest}, or number them without gaps`
    : "number labels from 0 without gaps";
  return [
    `no row is of class ${foldRanges(empty).join(", ")}, and yet networks get ${formatCount(largest + 1)} outputs, for labels up to ${largest}: ${advice}`,
  ];
}

function judgeImages({ count, seen }: DatasetHeader): string[] {
  const single = count === 1 ? ["there is one row only"] : [];
  if (seen === undefined) return single;
  const { darkest, brightest } = seen;
  if (darkest === brightest) return [...single, `every pixel is ${darkest}: images show nothing`];
  if (brightest >= DIM) return single;
  return [
    ...single,
    `pixels are ${darkest} to ${brightest} of 255: networks see nearly black images; scale them to 0 .. 255 (bsweep prepare --from ... --scale)`,
  ];
}

function describeRare(rare: readonly number[], header: DatasetHeader): string {
  const shown = rare
    .slice(0, SHOWN)
    .map(
      (label) =>
        `class ${nameClass(header, label)} has ${plural(header.classCounts[label] ?? 0, "row")}`,
    );
  const more = rare.length > SHOWN ? `, and ${rare.length - SHOWN} more classes as few` : "";
  return `${shown.join(", ")}${more}`;
}

/**
 * Rows of one that are rows of the other, by the samples of both: of each data set every hash up to the largest of its
 * sample is known, so what lies below both is a fair sample of the test set.
 */
function judgeOverlap(test: DatasetHeader, train: DatasetHeader): string[] {
  if (test.seen === undefined || train.seen === undefined) return [];
  const rows = [splitSample(test.seen), splitSample(train.seen)] as const;
  const known = new Set(rows[1]);
  const end = rows[1].length < SAMPLED_ROWS ? undefined : rows[1].at(-1);
  const comparable = rows[0].filter((hash) => end === undefined || hash <= end);
  const shared = comparable.filter((hash) => known.has(hash)).length;
  if (shared === 0 || shared < comparable.length * OVERLAP) return [];
  const percent = Math.round((shared / comparable.length) * 100);
  return [
    `about ${percent} % of its rows are rows of the training set too (${shared} of ${plural(comparable.length, "row")} compared): what it tells is no test`,
  ];
}

function splitSample({ rows }: SeenImages): string[] {
  return Array.from({ length: rows.length / ROW_HASH_DIGITS }, (_, at) =>
    rows.slice(at * ROW_HASH_DIGITS, (at + 1) * ROW_HASH_DIGITS),
  );
}
