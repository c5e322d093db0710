const VARINT = 0;
const LENGTH_DELIMITED = 2;
const FIXED32 = 5;

/** A message's length is written after its content, into this many bytes: enough for what protobuf allows, 2 GiB. */
const LENGTH_BYTES = 5;

/**
 * Protocol Buffers' wire format, as far as a SavedModel needs it. tfjs-node's own classes for it take
 * longer to load than the graph takes to build. A field that is written is there, also with its default
 * value: in TensorFlow's attributes presence counts.
 */
export class ProtobufWriter {
  #bytes = Buffer.alloc(2 ** 16);
  #length = 0;

  /** What was written. */
  finish(): Uint8Array {
    return this.#bytes.subarray(0, this.#length);
  }

  /** An int64, int32, enum or bool. */
  integer(field: number, value: number): void {
    this.#key(field, VARINT);
    this.#varint(value);
  }

  float(field: number, value: number): void {
    this.#key(field, FIXED32);
    this.#reserve(4);
    this.#length = this.#bytes.writeFloatLE(value, this.#length);
  }

  text(field: number, value: string): void {
    this.bytes(field, Buffer.from(value));
  }

  bytes(field: number, value: Uint8Array): void {
    this.#key(field, LENGTH_DELIMITED);
    this.#varint(value.length);
    this.#reserve(value.length);
    this.#bytes.set(value, this.#length);
    this.#length += value.length;
  }

  /** A message of the fields that `write` writes. */
  message(field: number, write: () => void): void {
    this.#key(field, LENGTH_DELIMITED);
    this.#reserve(LENGTH_BYTES);
    const start = this.#length + LENGTH_BYTES;
    this.#length = start;
    write();
    this.#fillLength(start - LENGTH_BYTES, this.#length - start);
  }

  /** A repeated int64, packed. */
  integers(field: number, values: readonly number[]): void {
    this.message(field, () => values.forEach((value) => this.#varint(value)));
  }

  /** A map from strings to messages. */
  map<T>(field: number, entries: Iterable<readonly [string, T]>, write: (value: T) => void): void {
    for (const [key, value] of entries) {
      this.message(field, () => {
        this.text(1, key);
        this.message(2, () => write(value));
      });
    }
  }

  #key(field: number, wireType: number): void {
    this.#varint((field << 3) | wireType);
  }

  /** Seven bits a byte, the lowest first; a negative number as 64 bits in two's complement. */
  #varint(value: number): void {
    this.#reserve(10);
    let rest = value;
    if (value < 0) {
      let negative = BigInt.asUintN(64, BigInt(value));
      for (; negative > 127n; negative >>= 7n) this.#byte(Number(negative & 127n) | 128);
      rest = Number(negative);
    }
    for (; rest > 127; rest = Math.floor(rest / 128)) this.#byte((rest % 128) | 128);
    this.#byte(rest);
  }

  /** A number may have more bytes than it needs, which leaves the content where it is. */
  #fillLength(position: number, size: number): void {
    for (let place = 0; place < LENGTH_BYTES; place++) {
      const more = place < LENGTH_BYTES - 1 ? 128 : 0;
      this.#bytes[position + place] = ((size >> (7 * place)) & 127) | more;
    }
  }

  #byte(value: number): void {
    this.#bytes[this.#length++] = value;
  }

  #reserve(count: number): void {
    if (this.#length + count <= this.#bytes.length) return;
    const larger = Buffer.alloc(2 * (this.#bytes.length + count));
    larger.set(this.finish());
    this.#bytes = larger;
  }
}
