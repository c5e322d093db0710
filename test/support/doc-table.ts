/** The cells of the first Markdown table after `start`, code marks left out. @throws Error without one */
export function tableAfter(text: string, start: string): string[][] {
  const from = text.indexOf(start);
  const table = from < 0 ? null : /\n\|[^]*?(?:\n\n|$)/.exec(text.slice(from));
  if (table === null) throw new Error(`no table after ${start}`);
  const rows = table[0].trim().split("\n").slice(2);
  return rows.map((row) =>
    row
      .split("|")
      .slice(1, -1)
      .map((cell) => cell.trim().replaceAll("`", "")),
  );
}
