import { BsweepError, formatIssue } from "../../src/core/errors.ts";
import { parseStudyFile } from "../../src/formats/study-file.ts";

/** Everything that is wrong with a study file, a line each. */
export function issuesOf(text: string): string[] {
  try {
    parseStudyFile(text, "study.yaml");
  } catch (error) {
    if (!(error instanceof BsweepError && error.code === "INVALID_STUDY")) throw error;
    return error.issues.map(formatIssue);
  }
  return [];
}
