import { canonicalJson } from "../../core/canonical-json.ts";
import { sha256 } from "../../core/identity.ts";
import type { Setting } from "../../core/setting.ts";
import type { Study } from "../../core/study.ts";
import { trialSettingOf } from "../plan/setting.ts";

const HASH_LENGTH = 16;

/** What trials that learn from one another, or are held against one another, have in common, as hex. */
export function nameWithin(study: Study, setting: Setting): string {
  return sha256(canonicalJson(trialSettingOf(study, setting))).slice(0, HASH_LENGTH);
}
