import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { BsweepError } from "../../../src/core/errors.ts";
import {
  decodeSafetensors,
  encodeSafetensors,
  type NamedTensor,
  type TensorFile,
} from "../../../src/formats/safetensors.ts";

const tensor = (shape: readonly number[], ...values: readonly number[]): NamedTensor => ({
  shape,
  values: Float32Array.from(values),
});

const FILE: TensorFile = {
  tensors: new Map([
    ["block1/conv1/kernel", tensor([2, 1, 2], 1, -2.5, 3e-38, Infinity)],
    ["step", tensor([], 7)],
    ["nothing", tensor([0, 3])],
    ["block1/conv1/bias", tensor([2], 0, -0)],
  ]),
  metadata: { trialId: "0123456789abcdef", progress: '{"epoch":1}' },
};

function refusalOf(bytes: Uint8Array): string | undefined {
  try {
    decodeSafetensors(bytes, "x.safetensors");
  } catch (error) {
    if (error instanceof BsweepError && error.code === "INVALID_MODEL") return error.message;
    throw error;
  }
  return undefined;
}

/** A file with this header and these bytes of tensors. */
function fileOf(header: string, data = Buffer.alloc(0)): Uint8Array {
  const length = Buffer.alloc(8);
  length.writeBigUInt64LE(BigInt(Buffer.byteLength(header)));
  return Buffer.concat([length, Buffer.from(header), data]);
}

describe("a tensor file", () => {
  test("comes back as it was, tensors of one number and of none too", () => {
    expect(decodeSafetensors(encodeSafetensors(FILE), "x")).toEqual(FILE);
    const empty = { tensors: new Map(), metadata: {} };
    expect(decodeSafetensors(encodeSafetensors(empty), "x")).toEqual(empty);
  });

  test("comes back from any place in memory, and from values that are part of a buffer", () => {
    const [, second] = [0, new Float32Array([9, 1, 2, 9]).subarray(1, 3)];
    const file = { tensors: new Map([["a", { shape: [2], values: second }]]), metadata: {} };
    const bytes = encodeSafetensors(file);
    const moved = new Uint8Array(bytes.length + 3);
    moved.set(bytes, 3);
    const { tensors } = decodeSafetensors(moved.subarray(3), "x");
    expect(tensors.get("a")).toEqual(tensor([2], 1, 2));
  });

  test("has the form of the format's own description", () => {
    const bytes = Buffer.from(encodeSafetensors(FILE));
    const length = Number(bytes.readBigUInt64LE());
    expect(length % 8).toBe(0);
    const header: unknown = JSON.parse(bytes.toString("utf8", 8, 8 + length));
    expect(header).toMatchObject({
      __metadata__: FILE.metadata,
      "block1/conv1/kernel": { dtype: "F32", shape: [2, 1, 2], data_offsets: [0, 16] },
      step: { dtype: "F32", shape: [], data_offsets: [16, 20] },
      nothing: { dtype: "F32", shape: [0, 3], data_offsets: [20, 20] },
      "block1/conv1/bias": { dtype: "F32", shape: [2], data_offsets: [20, 28] },
    });
    expect(bytes.length).toBe(8 + length + 28);
    expect(bytes.readFloatLE(8 + length + 4)).toBe(-2.5);
  });

  test("property: whatever is written is read", () => {
    const names = fc.stringMatching(/^[A-Za-z][A-Za-z0-9/_. \u00e9"\\-]{0,12}$/);
    const tensors = fc.array(fc.integer({ min: 0, max: 4 }), { maxLength: 4 }).chain((shape) => {
      const size = shape.reduce((product, one) => product * one, 1);
      const values = fc.float32Array({ minLength: size, maxLength: size });
      return values.map((drawn): NamedTensor => ({ shape, values: drawn }));
    });
    const files = fc.record({
      entries: fc.uniqueArray(fc.tuple(names, tensors), { maxLength: 5, selector: ([n]) => n }),
      metadata: fc.dictionary(names, fc.string()),
    });
    fc.assert(
      fc.property(files, ({ entries, metadata }) => {
        const file = { tensors: new Map(entries), metadata: { ...metadata } };
        const read = decodeSafetensors(encodeSafetensors(file), "x");
        expect(read.tensors).toEqual(file.tensors);
        expect([...read.tensors.keys()]).toEqual([...file.tensors.keys()]);
        expect(read.metadata).toEqual(file.metadata);
      }),
    );
  });
});

describe("a file that is damaged is refused", () => {
  const whole = encodeSafetensors(FILE);

  test("torn at any length", () => {
    for (let length = 0; length < whole.length; length++)
      expect(refusalOf(whole.subarray(0, length)), `${length} bytes`).toBeDefined();
  });

  test("with bytes behind its end", () => {
    expect(refusalOf(Buffer.concat([whole, Buffer.of(0)]))).toBeDefined();
  });

  test("with any bit of it flipped, unless it reads the same", () => {
    for (let at = 0; at < whole.length; at++) {
      const changed = Uint8Array.from(whole);
      changed[at] = (changed[at] ?? 0) ^ (1 << (at % 8));
      if (refusalOf(changed) !== undefined) continue;
      expect(decodeSafetensors(changed, "x"), `byte ${at}`).toEqual(FILE);
    }
  });

  test.each([
    ["a header longer than the file", Buffer.from("ffffffffffffff7f00", "hex"), /ends within/],
    ["no JSON", fileOf("{"), /no JSON/],
    ["a header that is no mapping", fileOf("[]"), /bsweep did not write/],
    ["no checksum", fileOf('{"__metadata__":{}}'), /does not match its checksum/],
    [
      "the file of another program",
      fileOf('{"a":{"dtype":"F32","shape":[1],"data_offsets":[0,4]}}', Buffer.alloc(4)),
      /bsweep did not write/,
    ],
    [
      "tensors of another type",
      fileOf(
        '{"__metadata__":{},"a":{"dtype":"BF16","shape":[2],"data_offsets":[0,4]}}',
        Buffer.alloc(4),
      ),
      /bsweep did not write/,
    ],
  ])("%s", (_what, bytes, message) => {
    expect(refusalOf(bytes)).toMatch(message);
  });

  test("a tensor whose bytes do not fill its shape", () => {
    const short = { tensors: new Map([["a", tensor([2, 2], 1, 2, 3)]]), metadata: {} };
    expect(refusalOf(encodeSafetensors(short))).toBe("x.safetensors holds 12 bytes for a [2, 2]");
  });
});
