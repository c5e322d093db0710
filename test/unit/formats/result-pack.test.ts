import { deflateRawSync, gunzipSync } from "node:zlib";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { BsweepError } from "../../../src/core/errors.ts";
import { compressContent, joinMember, memberLength } from "../../../src/formats/gzip-member.ts";
import {
  encodePack,
  END_BYTES,
  type FileToPack,
  findMembers,
  openMember,
  type PackMember,
  parseEnd,
  parseIndex,
} from "../../../src/formats/result-pack.ts";
import { hash } from "node:crypto";

const filesArbitrary = fc.array(fc.uint8Array({ maxLength: 300 }), { maxLength: 50 }).map((all) =>
  all.map((bytes, place) => ({
    name: `array-01/${place + 1}.json`,
    bytes: Buffer.from(bytes),
  })),
);

const pack = (files: readonly FileToPack[]): Buffer => Buffer.concat([...encodePack(files)]);

/** As a reader finds them. */
function membersOf(bytes: Buffer): readonly PackMember[] | undefined {
  const end = parseEnd(bytes.subarray(Math.max(0, bytes.length - END_BYTES)));
  if (end === undefined || end.indexOffset > bytes.length) return undefined;
  return parseIndex(bytes.subarray(end.indexOffset, bytes.length - END_BYTES), end);
}

/** Every file that can be had whole, by name. */
function unpack(bytes: Buffer, members: readonly PackMember[]): Map<string, Buffer> {
  const found = new Map<string, Buffer>();
  for (const member of members) {
    let content: Buffer;
    try {
      content = openMember(bytes.subarray(member.offset, member.offset + member.size), member);
    } catch (error) {
      if (error instanceof BsweepError && error.code === "INVALID_RESULT") continue;
      throw error;
    }
    for (const { name, offset, length } of member.entries)
      found.set(name, content.subarray(offset, offset + length));
  }
  return found;
}

const asMap = (files: readonly FileToPack[]): Map<string, Buffer> =>
  new Map(files.map(({ name, bytes }) => [name, bytes]));

describe("a pack", () => {
  test("gives back every file, by its index and without; gunzip gives them one after another", () => {
    fc.assert(
      fc.property(filesArbitrary, (files) => {
        const bytes = pack(files);
        const members = membersOf(bytes) ?? [];
        expect(unpack(bytes, members)).toEqual(asMap(files));
        expect(findMembers(bytes)).toEqual(members);
        expect(gunzipSync(bytes)).toEqual(Buffer.concat(files.map((file) => file.bytes)));
      }),
    );
  });

  test("of thousands of files has an index of several pieces", () => {
    const files = Array.from({ length: 5000 }, (_, place) => ({
      name: `array-01/${place}.${hash("sha256", String(place)).slice(0, 16)}.1.a1.json`,
      bytes: Buffer.from(`${place}\n`),
    }));
    const bytes = pack(files);
    expect(unpack(bytes, membersOf(bytes) ?? [])).toEqual(asMap(files));
  });

  test("with any byte changed, or cut off anywhere, gives nothing that is not as it was", () => {
    fc.assert(
      fc.property(filesArbitrary, fc.nat(), fc.integer({ min: 1, max: 255 }), (files, at, flip) => {
        const whole = pack(files);
        const changed = Buffer.from(whole);
        changed.writeUInt8((changed[at % changed.length] ?? 0) ^ flip, at % changed.length);
        for (const bytes of [changed, whole.subarray(0, at % whole.length)]) {
          const found = unpack(bytes, membersOf(bytes) ?? findMembers(bytes));
          for (const [name, content] of found)
            expect(content).toEqual(files.find((file) => file.name === name)?.bytes);
          // One member at most is lost to a byte.
          if (bytes === changed) expect(found.size).toBeGreaterThanOrEqual(files.length - 16);
        }
      }),
    );
  });

  test("of foreign bytes has no members", () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 500 }), (foreign) => {
        const bytes = Buffer.from(foreign);
        expect(membersOf(bytes)).toBeUndefined();
        expect(findMembers(bytes)).toEqual([]);
      }),
    );
  });
});

/** A member that says it holds `claimed` bytes of `name`. */
function claim(content: Buffer, name: string, claimed: number): Buffer {
  const compressed = compressContent(content);
  const digest = hash("sha256", content, "buffer");
  const payload = Buffer.concat([Buffer.alloc(4), digest, Buffer.from(`${name} ${claimed}\n`)]);
  payload.writeUInt32LE(memberLength(payload.length, compressed.length));
  return joinMember("BR", payload, compressed);
}

describe("a hostile pack", () => {
  test("is not unpacked any further than it claims", () => {
    const bomb = claim(Buffer.alloc(64 * 1024 * 1024), "array-01/1.json", 100);
    const [member] = findMembers(bomb);
    if (member === undefined) throw new Error("no member");
    expect(member.contentBytes).toBe(100);
    const opening = (): Buffer => openMember(bomb, member);
    expect(opening).toThrow(/cannot be unpacked: Cannot create a Buffer larger than 100 bytes/);
  });

  test.each([
    ["more than a result may be", "1.json", 17 * 1024 * 1024],
    ["less than nothing", "1.json", -1],
    ["a part of a byte", "1.json", 0.5],
    ["a name without end", "1".repeat(300), 3],
  ])("that claims %s has no such member", (_, name, claimed) => {
    expect(findMembers(claim(Buffer.from("abc"), name, claimed))).toEqual([]);
  });

  test("whose index unpacks to megabytes has no index", () => {
    const payload = deflateRawSync(Buffer.alloc(32 * 1024 * 1024));
    const index = joinMember("BI", payload, compressContent(Buffer.alloc(0)));
    const digest = hash("sha256", index, "buffer");
    expect(parseIndex(index, { indexOffset: 0, digest })).toBeUndefined();
  });
});
