import { gunzipSync, gzipSync } from "node:zlib";

/**
 * Start of a member with an extra field and nothing else: no time, no name, an operating system that is not told
 * (RFC 1952, 2.3).
 */
export const MEMBER_START = Buffer.from([0x1f, 0x8b, 8, 4, 0, 0, 0, 0, 0, 255]);
/** The same without an extra field. */
const PLAIN_START = Buffer.from([0x1f, 0x8b, 8, 0, 0, 0, 0, 0, 0, 255]);
/** Up to the payload of the extra field: its length, and the identifier and length of its one subfield. */
const HEAD_BYTES = MEMBER_START.length + 2 + 4;
/** Most bytes of a payload: lengths have two bytes, and the subfield's own head is within the field's. */
export const MAX_PAYLOAD_BYTES = 0xffff - 4;

/** What stands before the compressed content of a member. */
export interface MemberHead {
  /** Two letters: what the payload is. */
  readonly kind: string;
  readonly payload: Buffer;
  /** Where the compressed content begins. */
  readonly end: number;
}

/** Content as it stands in a member, behind its head: compressed, with its checksum and length. */
export function compressContent(content: Uint8Array): Buffer {
  return gzipSync(content, { level: 9 }).subarray(PLAIN_START.length);
}

/** Bytes of a member with a payload and compressed content of these lengths. */
export function memberLength(payloadBytes: number, compressedBytes: number): number {
  return HEAD_BYTES + payloadBytes + compressedBytes;
}

/** @param kind two letters; @param compressed of compressContent */
export function joinMember(kind: string, payload: Uint8Array, compressed: Uint8Array): Buffer {
  const head = Buffer.alloc(HEAD_BYTES);
  MEMBER_START.copy(head);
  head.writeUInt16LE(payload.length + 4, 10);
  head.write(kind, 12, "latin1");
  head.writeUInt16LE(payload.length, 14);
  return Buffer.concat([head, payload, compressed]);
}

/** The head at the start of these bytes; undefined where there is none, or not all of it. */
export function readHead(bytes: Buffer): MemberHead | undefined {
  if (bytes.length < HEAD_BYTES || !bytes.subarray(0, 10).equals(MEMBER_START)) return undefined;
  const length = bytes.readUInt16LE(14);
  const end = HEAD_BYTES + length;
  if (bytes.readUInt16LE(10) !== length + 4 || bytes.length < end) return undefined;
  return { kind: bytes.toString("latin1", 12, 14), payload: bytes.subarray(HEAD_BYTES, end), end };
}

/**
 * The content of a member.
 * @param bytes all of it
 * @param maxBytes of its content: it is not made any longer
 * @throws Error where it is damaged or longer
 */
export function readContent(bytes: Buffer, { end }: MemberHead, maxBytes: number): Buffer {
  return gunzipSync(Buffer.concat([PLAIN_START, bytes.subarray(end)]), {
    maxOutputLength: Math.max(1, maxBytes),
  });
}
