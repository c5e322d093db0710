import type { StoppingState } from "../cnn/training-progress.ts";

/**
 * Stops training once `patience` epochs in a row brought no better validation loss (Prechelt, "Early
 * stopping - but when?", 1998).
 */
export class EarlyStopping {
  readonly #patience: number;
  #state: StoppingState;

  constructor(patience: number, state: StoppingState = { bestLoss: null, bestEpoch: 0 }) {
    this.#patience = patience;
    this.#state = state;
  }

  get state(): StoppingState {
    return this.#state;
  }

  /** Takes in an epoch's validation loss; epochs come in order, from 1. */
  observe(epoch: number, loss: number): "better" | "wait" | "stop" {
    const { bestLoss, bestEpoch } = this.#state;
    if (bestLoss === null || loss < bestLoss) {
      this.#state = { bestLoss: loss, bestEpoch: epoch };
      return "better";
    }
    return epoch - bestEpoch >= this.#patience ? "stop" : "wait";
  }
}
