/** What a command tells on stderr before it ends with `status`. Failure is exit(-1); ERT, VOL. */
export class Refusal extends Error {
  readonly status: number;

  constructor(text: string, status = 255) {
    super(text);
    this.status = status;
  }
}
