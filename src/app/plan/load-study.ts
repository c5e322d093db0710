import { readFileSync } from "node:fs";
import { BsweepError, isSystemError, messageOf } from "../../core/errors.ts";
import { sha256 } from "../../core/identity.ts";
import type { Study } from "../../core/study.ts";
import { parseStudyFile } from "../../formats/study-file.ts";
import type { Layout } from "../../workspace/layout.ts";

export interface PlanOptions {
  /** As the user named it; a relative path starts at the folder the user stands in. */
  readonly studyFile: string;
  readonly layout: Layout;
}

export interface LoadedStudy {
  readonly study: Study;
  /** SHA-256 in hex of the file's bytes, for provenance. */
  readonly sha256: string;
}

/** Reads and checks the study file. @throws BsweepError INVALID_STUDY with every issue */
export function loadStudy({ studyFile }: Pick<PlanOptions, "studyFile">): LoadedStudy {
  let bytes: Buffer;
  try {
    bytes = readFileSync(studyFile);
  } catch (cause) {
    const reason = isSystemError(cause, "ENOENT") ? "there is no such file" : messageOf(cause);
    throw new BsweepError("INVALID_STUDY", `cannot read ${studyFile}: ${reason}`, {
      hint: "name a study file; bsweep init writes one to start from, templates/study holds examples",
      cause,
    });
  }
  return { study: parseStudyFile(bytes.toString("utf8"), studyFile), sha256: sha256(bytes) };
}
