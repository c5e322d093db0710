import { mkdirSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";

export interface Mail {
  readonly to: string;
  readonly subject: string;
  readonly text: string;
}

/** Mail is a file for each letter. */
export class Mailbox {
  private readonly folder: string;
  private count = 0;

  constructor(folder: string) {
    this.folder = folder;
    mkdirSync(folder, { recursive: true });
  }

  send(mail: Mail): void {
    const name = `${String(++this.count).padStart(6, "0")}.json`;
    writeFileSync(join(this.folder, name), JSON.stringify(mail));
  }

  read(): Mail[] {
    return readdirSync(this.folder)
      .sort()
      .map((name) => JSON.parse(readFileSync(join(this.folder, name), "utf8")) as Mail);
  }
}
