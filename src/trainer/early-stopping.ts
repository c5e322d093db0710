/**
 * Stops training once `patience` epochs in a row brought no better validation loss (Prechelt, "Early
 * stopping - but when?", 1998).
 */
export class EarlyStopping {
  readonly #patience: number;
  #bestLoss = Infinity;
  #bestEpoch = 0;

  constructor(patience: number) {
    this.#patience = patience;
  }

  /** The epoch with the smallest loss so far; 0 before the first. */
  get bestEpoch(): number {
    return this.#bestEpoch;
  }

  /** Takes in an epoch's validation loss; epochs come in order, from 1. */
  observe(epoch: number, loss: number): "better" | "wait" | "stop" {
    if (loss < this.#bestLoss) {
      this.#bestLoss = loss;
      this.#bestEpoch = epoch;
      return "better";
    }
    return epoch - this.#bestEpoch >= this.#patience ? "stop" : "wait";
  }
}
