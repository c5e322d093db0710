import { plural } from "../../core/quantities.ts";
import type { ReportedSetting } from "../../stats/trial-counts.ts";

/**
 * What trials are ranked among, in a word: their setting, and their epochs where these are not the study's present ones.
 * More training is better almost always, so that a table of both would rank epochs.
 */
export class SettingLabels {
  readonly #present: string;
  readonly #epochs: number;
  /** Of every setting that trials were planned in, the one of the latest round first. */
  readonly #known: readonly ReportedSetting[];
  /** By setting and epochs. */
  readonly #labels = new Map<string, Map<number, string>>();

  /** @param present hash of the setting that the study has now */
  constructor(present: string, known: readonly ReportedSetting[], epochs: number) {
    this.#present = present;
    this.#known = known;
    this.#epochs = epochs;
  }

  labelOf(hash: string, epochs: number): string {
    const own = this.#labels.get(hash) ?? new Map<number, string>();
    if (own.size === 0) this.#labels.set(hash, own);
    const label = own.get(epochs) ?? this.#nameOf(hash, epochs);
    own.set(epochs, label);
    return label;
  }

  #nameOf(hash: string, epochs: number): string {
    // What differs in nothing that is known of it counts as the same.
    const isSame = this.#known.some(
      ({ setting, differences }) => setting === hash && differences.length === 0,
    );
    const name = isSame ? this.#present : hash;
    return epochs === this.#epochs ? name : `${name} ${epochs}`;
  }

  /** All that were asked for: the present one first, then by their latest round, then by epochs. */
  list(): readonly [ReportedSetting, ...ReportedSetting[]] {
    const listed = new Map<string, ReportedSetting>();
    for (const { setting: hash, differences } of this.#known) {
      const own = [...(this.#labels.get(hash) ?? [])].sort(([a], [b]) => a - b);
      for (const [epochs, label] of own) {
        const more = epochs === this.#epochs ? [] : [plural(epochs, "epoch")];
        listed.set(label, { setting: label, differences: [...differences, ...more] });
      }
    }
    listed.delete(this.#present);
    return [{ setting: this.#present, differences: [] }, ...listed.values()];
  }
}
