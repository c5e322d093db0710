import { findExampleDigits, writeExampleDigits } from "../../src/app/example-digits.ts";

/** MNIST's own training files: 60,000 digits of 28 x 28. */
export const mnistFiles = findExampleDigits();

/** Writes genuine digits as Kaggle's train.csv (or test.csv with `labels: false`). Rows from `from` on. */
export function writeKaggleCsv(
  path: string,
  options: { readonly rows: number; readonly from?: number; readonly labels?: boolean },
): void {
  writeExampleDigits({ path, ...options });
}
