/** A field of a message: a varint has a number, all others have their bytes. */
export interface ProtobufField {
  readonly field: number;
  /** Of a varint: an int64 in two's complement, rounded where it is beyond what a number holds exactly. */
  readonly integer: number | undefined;
  /** Of a text, a message, bytes, packed numbers; or the 4 or 8 bytes of a fixed number, little-endian. */
  readonly bytes: Buffer;
}

const EMPTY = Buffer.alloc(0);

/**
 * The fields of a message in Protocol Buffers' wire format, in order.
 * @throws RangeError for what is none, or ends too soon
 */
export function* readFields(message: Buffer): Generator<ProtobufField> {
  for (let at = 0; at < message.length;) {
    const key = readVarint(message, at);
    const field = Math.floor(key.value / 8);
    const type = key.value % 8;
    at = key.end;
    if (type === 0) {
      const { value, end } = readVarint(message, at);
      yield { field, integer: value, bytes: EMPTY };
      at = end;
      continue;
    }
    const { start, length } = findBytes(message, at, type);
    if (start + length > message.length) throw new RangeError("a field ends after its message");
    at = start + length;
    yield { field, integer: undefined, bytes: message.subarray(start, at) };
  }
}

function findBytes(message: Buffer, at: number, type: number): { start: number; length: number } {
  if (type === 1) return { start: at, length: 8 };
  if (type === 5) return { start: at, length: 4 };
  if (type !== 2) throw new RangeError(`a field of the unknown type ${type}`);
  const { value, end } = readVarint(message, at);
  return { start: end, length: value };
}

/** Seven bits a byte, the lowest first; a negative number has all ten. */
function readVarint(message: Buffer, at: number): { value: number; end: number } {
  let value = 0;
  for (let place = 0; place < 10; place++) {
    const byte = message[at + place];
    if (byte === undefined) break;
    value += (byte & 127) * 2 ** (7 * place);
    if (byte >= 128) continue;
    const end = at + place + 1;
    return { value: place < 9 ? value : readSigned(message.subarray(at, end)), end };
  }
  throw new RangeError("a number has no end");
}

function readSigned(bytes: Buffer): number {
  const whole = bytes.reduceRight((sum, byte) => (sum << 7n) | BigInt(byte & 127), 0n);
  return Number(BigInt.asIntN(64, whole));
}
