import { constants, copyFileSync, existsSync, mkdirSync, readdirSync, readFileSync } from "node:fs";
import { basename, join } from "node:path";
import { BsweepError } from "../../core/errors.ts";
import { canonicalJson } from "../../core/canonical-json.ts";
import { sha256 } from "../../core/identity.ts";
import { runProcess } from "../../process/exec.ts";
import { withFolderBeside } from "../../workspace/atomic.ts";
import type { Layout } from "../../workspace/layout.ts";
import { builtProgram, packageRoot } from "../../workspace/package.ts";

/** A Node and a bsweep that lie in the workspace, for images that have neither. */
export interface StagedRunner {
  /** Absolute: `jobs/.runner/<hash>`, with `node`, `dist/main.js` and `lib`. */
  readonly folder: string;
  /** What it was made from, for provenance: a name -> SHA-256. */
  readonly inputs: Readonly<Record<string, string>>;
}

/** What Node's own builds load, beside the loader itself. All else would have to come along. */
const SYSTEM_LIBRARIES =
  /^(?:linux-vdso|ld-linux|libdl|libstdc\+\+|libm|libgcc_s|libpthread|libc)(?:[.-]|$)/;
/** Of these, what an image may lack. */
const CARRIED_LIBRARIES = /^(?:libstdc\+\+|libgcc_s)\./;

/** A file to be staged. */
interface Piece {
  /** Below the staged folder. */
  readonly name: string;
  readonly file: string;
}

/**
 * Copies the running Node and the built runner into the workspace, once for one content.
 * @throws BsweepError RUNTIME_UNFIT when this Node cannot run elsewhere; WORKSPACE
 */
export async function stageRunner(layout: Layout): Promise<StagedRunner> {
  const pieces = [...findNode(), ...findProgram()];
  const contents = Object.fromEntries(
    pieces.map(({ name, file }) => [name, sha256(readFileSync(file))]),
  );
  const hash = sha256(canonicalJson(contents)).slice(0, 16);
  const folder = layout.stagedRunner(hash);
  if (!existsSync(folder)) await copyPieces(pieces, folder);
  const node = `node ${process.version} ${process.platform}-${process.arch}`;
  return { folder, inputs: { [node]: contents["node"] ?? "", "staged runner": hash } };
}

function findNode(): readonly Piece[] {
  const report = process.report.getReport() as { sharedObjects?: readonly string[] };
  // What this process has loaded, add-ons of Node left out.
  const libraries = (report.sharedObjects ?? []).filter((file) =>
    /\.so(?:\.|$)/.test(basename(file)),
  );
  const foreign = libraries.filter((file) => !SYSTEM_LIBRARIES.test(basename(file)));
  if (process.platform !== "linux" || foreign.length > 0 || libraries.length === 0) {
    const reason =
      process.platform === "linux"
        ? `it needs ${foreign.map((file) => basename(file)).join(", ") || "what it does not tell"}`
        : `it is made for ${process.platform}`;
    throw new BsweepError(
      "RUNTIME_UNFIT",
      `the Node at ${process.execPath} cannot run in the study's image: ${reason}`,
      { hint: "run bsweep generate with one of Node's own builds for Linux (nodejs.org)" },
    );
  }
  const carried = libraries.filter((file) => CARRIED_LIBRARIES.test(basename(file)));
  return [
    { name: "node", file: process.execPath },
    ...carried.map((file) => ({ name: join("lib", basename(file)), file })),
  ];
}

function findProgram(): readonly Piece[] {
  const dist = builtProgram(".");
  if (!existsSync(builtProgram("main.js")))
    throw new BsweepError("WORKSPACE", `there is no built bsweep in ${dist}`, {
      hint: "npm run build",
    });
  // What lies at the top; the built-in trainer, which needs TensorFlow, stays.
  const names = readdirSync(dist, { withFileTypes: true })
    .filter((entry) => entry.isFile() && !entry.name.endsWith(".map"))
    .map(({ name }) => name);
  return [
    { name: "package.json", file: join(packageRoot(), "package.json") },
    ...names.map((name) => ({ name: join("dist", name), file: join(dist, name) })),
  ];
}

async function copyPieces(pieces: readonly Piece[], folder: string): Promise<void> {
  await withFolderBeside(folder, async (temporary, publish) => {
    for (const name of ["dist", "lib"]) mkdirSync(join(temporary, name));
    for (const { name, file } of pieces)
      copyFileSync(file, join(temporary, name), constants.COPYFILE_FICLONE);
    const node = join(temporary, "node");
    const { stdout, failure } = await runProcess(node, ["--version"]);
    if (stdout !== process.version)
      throw new BsweepError("WORKSPACE", `the copy of Node at ${node} does not run: ${failure}`, {
        hint: "is the workspace mounted with noexec?",
      });
    // Another process may have been faster: what it put there is the same.
    if (!existsSync(folder)) publish();
  });
}
