import { addWrong, type Correctness } from "./correctness.ts";

/** Writes for each run the sum of the values of those rows that it has right: whole numbers, in all below 2^53. */
export type RowCounter = (values: Float64Array, sums: Float64Array) => void;

/** Of eight rows one addition is made for all: a row on which fewer runs differ from most is cheaper one by one. */
const PACKED = 8;
/** Places of rows in lists are numbers of 16 bits. */
const MOST_LISTED = 65_536;

/**
 * Runs differ on few rows. On a row that most runs have right, those that do not are listed, and the other way round; what a run
 * comes to is then the sum for one that always goes with the most, less what is in its list. Rows on which many differ are
 * packed: the values of eight of them make a table of 256 sums, so that eight rows take one addition (as in Arlazarov,
 * Dinic, Kronrod and Faradzev, 1970).
 */
export function createCounter(correctness: Correctness): RowCounter {
  const { rows, wrong } = correctness;
  const wrongRuns = new Int32Array(rows);
  for (const run of wrong) addWrong(run, wrongRuns);
  const isMostlyWrong = wrongRuns.map((count) => Number(2 * count > wrong.length));
  const [listed, packed]: [number[], number[]] = [[], []];
  for (const [row, count] of wrongRuns.entries()) {
    const differing = Math.min(count, wrong.length - count);
    const isRare = PACKED * differing < wrong.length && listed.length < MOST_LISTED;
    if (differing > 0) (isRare ? listed : packed).push(row);
  }
  const addListed = createListed(wrong, listed, isMostlyWrong);
  const addPacked = createPacked(wrong, packed);
  const isPacked = new Uint8Array(rows);
  for (const row of packed) isPacked[row] = 1;
  return (values, sums) => {
    let base = 0;
    for (let row = 0; row < rows; row++)
      if (isPacked[row] === 0 && isMostlyWrong[row] === 0) base += values[row] ?? 0;
    sums.fill(base);
    addListed(values, sums);
    addPacked(values, sums);
  };
}

function createListed(
  wrong: readonly Int32Array[],
  rows: readonly number[],
  isMostlyWrong: Int32Array,
): RowCounter {
  const { lists, ends } = listDiffering(wrong, rows, isMostlyWrong);
  const changes = new Float64Array(rows.length);
  return (values, sums) => {
    for (let place = 0; place < changes.length; place++) {
      const row = rows[place] ?? 0;
      changes[place] = isMostlyWrong[row] === 1 ? (values[row] ?? 0) : -(values[row] ?? 0);
    }
    for (let run = 0, at = 0; run < sums.length; run++) {
      const end = ends[run] ?? 0;
      sums[run] = (sums[run] ?? 0) + sumListed(changes, lists, at, end);
      at = end;
    }
  };
}

/** Two sums, so that no addition waits for the one before. */
function sumListed(changes: Float64Array, lists: Uint16Array, from: number, end: number): number {
  let [even, odd] = [0, 0];
  let at = from;
  for (; at + 1 < end; at += 2) {
    even += changes[lists[at] ?? 0] ?? 0;
    odd += changes[lists[at + 1] ?? 0] ?? 0;
  }
  return at < end ? even + odd + (changes[lists[at] ?? 0] ?? 0) : even + odd;
}

/** Run after run, the places of the rows on which it differs from the most, and where each run's end. */
function listDiffering(
  wrong: readonly Int32Array[],
  rows: readonly number[],
  isMostlyWrong: Int32Array,
): { readonly lists: Uint16Array; readonly ends: Int32Array } {
  const most = markRows(
    wrong,
    rows.filter((row) => isMostlyWrong[row] === 1),
  );
  const [masks, placeOf] = [markRows(wrong, rows), placeRows(wrong, rows)];
  let lists = new Uint16Array(1024);
  let length = 0;
  const ends = Int32Array.from(wrong, (run) => {
    if (length + rows.length > lists.length) {
      const wider = new Uint16Array(2 * lists.length + rows.length);
      wider.set(lists);
      lists = wider;
    }
    for (let word = 0; word < masks.length; word++) {
      let rest = ((run[word] ?? 0) ^ (most[word] ?? 0)) & (masks[word] ?? 0);
      for (; rest !== 0; rest &= rest - 1)
        lists[length++] = placeOf[32 * word + 31 - Math.clz32(rest & -rest)] ?? 0;
    }
    return length;
  });
  return { lists, ends };
}

/** Words as those of a run, with the bits of these rows. */
function markRows([run]: readonly Int32Array[], rows: readonly number[]): Int32Array {
  const words = new Int32Array(run?.length ?? 0);
  for (const row of rows) words[row >> 5] = (words[row >> 5] ?? 0) | (1 << (row & 31));
  return words;
}

/** Of each row its place among these. */
function placeRows([run]: readonly Int32Array[], rows: readonly number[]): Int32Array {
  const places = new Int32Array(32 * (run?.length ?? 0));
  for (const [place, row] of rows.entries()) places[row] = place;
  return places;
}

function createPacked(wrong: readonly Int32Array[], rows: readonly number[]): RowCounter {
  const words = packRight(wrong, rows);
  const table = new Float64Array(4 * 256);
  return (values, sums) => {
    for (let first = 0, start = 0; first < rows.length; first += 32, start += sums.length) {
      fillTable(table, rows, first, values);
      for (let run = 0; run < sums.length; run++) {
        const word = words[start + run] ?? 0;
        sums[run] =
          (sums[run] ?? 0) +
          ((table[word & 255] ?? 0) + (table[256 | ((word >>> 8) & 255)] ?? 0)) +
          ((table[512 | ((word >>> 16) & 255)] ?? 0) + (table[768 | (word >>> 24)] ?? 0));
      }
    }
  };
}

/** Of each 32 rows, run after run; a bit is 1 where a run is right. */
function packRight(wrong: readonly Int32Array[], rows: readonly number[]): Int32Array {
  const [masks, placeOf] = [markRows(wrong, rows), placeRows(wrong, rows)];
  const words = new Int32Array(Math.ceil(rows.length / 32) * wrong.length).fill(-1);
  for (const [at, run] of wrong.entries()) {
    for (let word = 0; word < masks.length; word++) {
      let rest = (run[word] ?? 0) & (masks[word] ?? 0);
      for (; rest !== 0; rest &= rest - 1) {
        const place = placeOf[32 * word + 31 - Math.clz32(rest & -rest)] ?? 0;
        const own = (place >> 5) * wrong.length + at;
        words[own] = (words[own] ?? 0) & ~(1 << (place & 31));
      }
    }
  }
  return words;
}

/** For each eight of 32 rows, what their values come to for each of 256 patterns. */
function fillTable(
  table: Float64Array,
  rows: readonly number[],
  first: number,
  values: Float64Array,
): void {
  for (let place = 0; place < 32; place++) {
    const row = rows[first + place];
    const value = row === undefined ? 0 : (values[row] ?? 0);
    const start = (place >> 3) << 8;
    const size = 1 << (place & 7);
    for (let pattern = 0; pattern < size; pattern++)
      table[start + size + pattern] = (table[start + pattern] ?? 0) + value;
  }
}
