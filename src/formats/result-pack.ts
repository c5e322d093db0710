import { hash } from "node:crypto";
import { deflateRawSync, inflateRawSync } from "node:zlib";
import { BsweepError, valueOr } from "../core/errors.ts";
import {
  compressContent,
  joinMember,
  MAX_PAYLOAD_BYTES,
  MEMBER_START,
  memberLength,
  readContent,
  readHead,
} from "./gzip-member.ts";

/**
 * A pack holds result files as gzip members (RFC 1952) one after another, a few files in each: what `gunzip` makes of it is
 * the files, one after another. Members carry in their extra field what they hold; all of these stand again in empty
 * members at the end, the index; the last member tells where the index begins. docs/results.md has it byte for byte.
 */
const KIND = { results: "BR", index: "BI", end: "BE" } as const;

/** Files of one member: together they compress to half of what each would by itself. */
const FILES_A_MEMBER = 16;
const CONTENT_BYTES_A_MEMBER = 256 * 1024;
/** Of a member's content: a file may be as long alone. */
const MAX_CONTENT_BYTES = 16 * 1024 * 1024;
/** A pack that is larger is read by nobody; a writer begins another one long before. */
export const MAX_PACK_BYTES = 512 * 1024 * 1024;
const MAX_FILES = 1 << 20;
/** Of all content: what a pack of small size can make of itself is bounded. */
const MAX_TOTAL_BYTES = 8 * 1024 * 1024 * 1024;
/** A writer begins another pack from here on. */
export const FULL = { files: MAX_FILES / 8, bytes: MAX_TOTAL_BYTES / 8 } as const;
const INDEX_PIECE_BYTES = 60_000;
const SHA256_BYTES = 32;
const FIXED_BYTES = 4 + SHA256_BYTES;
/** Longest name of a file, its folder included. */
export const MAX_NAME_LENGTH = 200;

/** A file as it lies in a member. */
export interface PackedEntry {
  readonly name: string;
  /** Where it begins in the member's content. */
  readonly offset: number;
  readonly length: number;
}

export interface PackMember {
  /** In the pack. */
  readonly offset: number;
  /** Of the whole member. */
  readonly size: number;
  /** SHA-256 of its content. */
  readonly digest: Buffer;
  readonly entries: readonly PackedEntry[];
  readonly contentBytes: number;
}

/** A file that is to be packed. */
export interface FileToPack {
  readonly name: string;
  readonly bytes: Buffer;
}

/** The bytes of a pack, a member at a time, in the order of the files. */
export function* encodePack(files: Iterable<FileToPack>): Generator<Buffer> {
  const members: Buffer[] = [];
  let offset = 0;
  for (const group of inGroups(files)) {
    const { payload, member } = encodeMember(group);
    members.push(payload);
    offset += member.length;
    yield member;
  }
  const index = encodeIndex(members);
  yield index;
  yield encodeEnd(offset, index);
}

function* inGroups(files: Iterable<FileToPack>): Generator<FileToPack[]> {
  let [group, bytes]: [FileToPack[], number] = [[], 0];
  for (const file of files) {
    const isFull =
      group.length === FILES_A_MEMBER || bytes + file.bytes.length > CONTENT_BYTES_A_MEMBER;
    if (isFull && group.length > 0) {
      yield group;
      [group, bytes] = [[], 0];
    }
    group.push(file);
    bytes += file.bytes.length;
  }
  if (group.length > 0) yield group;
}

function encodeMember(files: readonly FileToPack[]): { payload: Buffer; member: Buffer } {
  const content = Buffer.concat(files.map(({ bytes }) => bytes));
  const lines = files.map(({ name, bytes }) => `${name} ${bytes.length}\n`).join("");
  const compressed = compressContent(content);
  const payload = Buffer.concat([Buffer.alloc(4), sha256Of(content), Buffer.from(lines)]);
  payload.writeUInt32LE(memberLength(payload.length, compressed.length));
  return { payload, member: joinMember(KIND.results, payload, compressed) };
}

/** What the heads of all members say, each after its length, compressed in pieces that fit extra fields. */
function encodeIndex(payloads: readonly Buffer[]): Buffer {
  const pieces: Buffer[] = [];
  let piece: Buffer[] = [];
  const finish = (): void => {
    if (piece.length > 0)
      pieces.push(joinMember(KIND.index, deflateRawSync(Buffer.concat(piece)), EMPTY));
    piece = [];
  };
  let bytes = 0;
  for (const payload of payloads) {
    if (bytes + 4 + payload.length > INDEX_PIECE_BYTES) {
      finish();
      bytes = 0;
    }
    const length = Buffer.alloc(4);
    length.writeUInt32LE(payload.length);
    piece.push(length, payload);
    bytes += 4 + payload.length;
  }
  finish();
  return Buffer.concat(pieces);
}

const EMPTY = compressContent(Buffer.alloc(0));
const END_PAYLOAD_BYTES = 8 + SHA256_BYTES;
/** The last bytes of a pack. */
export const END_BYTES = memberLength(END_PAYLOAD_BYTES, EMPTY.length);

function encodeEnd(indexOffset: number, index: Buffer): Buffer {
  const payload = Buffer.concat([Buffer.alloc(8), sha256Of(index)]);
  payload.writeUIntLE(indexOffset, 0, 6);
  return joinMember(KIND.end, payload, EMPTY);
}

/** Where the index begins, and its digest; undefined where these are no last bytes of a pack. */
export function parseEnd(bytes: Buffer): { indexOffset: number; digest: Buffer } | undefined {
  const head = readHead(bytes);
  if (head?.kind !== KIND.end || head.payload.length !== END_PAYLOAD_BYTES) return undefined;
  return { indexOffset: head.payload.readUIntLE(0, 6), digest: head.payload.subarray(8) };
}

/** The members of a pack by its index; undefined where that is damaged, or does not fit the pack. */
export function parseIndex(
  bytes: Buffer,
  { indexOffset, digest }: { readonly indexOffset: number; readonly digest: Buffer },
): readonly PackMember[] | undefined {
  if (!sha256Of(bytes).equals(digest)) return undefined;
  const list = new MemberList();
  for (let rest = bytes; rest.length > 0;) {
    const head = readHead(rest);
    if (head?.kind !== KIND.index) return undefined;
    const piece = valueOr(undefined, () =>
      inflateRawSync(head.payload, { maxOutputLength: INDEX_PIECE_BYTES }),
    );
    if (piece === undefined || !list.addAll(piece)) return undefined;
    rest = rest.subarray(head.end + EMPTY.length);
  }
  return list.end === indexOffset ? list.members : undefined;
}

/**
 * The members that can be made out without an index, by their own heads.
 * @param bytes all of a pack, as far as there is any
 */
export function findMembers(bytes: Buffer): readonly PackMember[] {
  const list = new MemberList();
  for (let at = bytes.indexOf(MEMBER_START); at >= 0;) {
    const head = readHead(bytes.subarray(at));
    const isWhole = head?.kind === KIND.results && list.add(head.payload, at, bytes.length);
    at = bytes.indexOf(MEMBER_START, isWhole ? list.end : at + 1);
  }
  return list.members;
}

/** Members one after another, with bounds on all that they claim to be. */
class MemberList {
  readonly members: PackMember[] = [];
  /** Of the last one, in the pack. */
  end = 0;
  #files = 0;
  #bytes = 0;

  addAll(piece: Buffer): boolean {
    for (let at = 0; at < piece.length;) {
      if (piece.length < at + 4) return false;
      const length = piece.readUInt32LE(at);
      if (length > MAX_PAYLOAD_BYTES || piece.length < at + 4 + length) return false;
      if (!this.add(piece.subarray(at + 4, at + 4 + length), this.end, MAX_PACK_BYTES))
        return false;
      at += 4 + length;
    }
    return true;
  }

  /** @param limit where the pack ends at the latest */
  add(payload: Buffer, offset: number, limit: number): boolean {
    const member = parseMember(payload, offset);
    if (member === undefined || offset + member.size > limit) return false;
    this.#files += member.entries.length;
    this.#bytes += member.contentBytes;
    if (this.#files > MAX_FILES || this.#bytes > MAX_TOTAL_BYTES) return false;
    this.members.push(member);
    this.end = offset + member.size;
    return true;
  }
}

function parseMember(payload: Buffer, offset: number): PackMember | undefined {
  if (payload.length <= FIXED_BYTES) return undefined;
  const size = payload.readUInt32LE();
  // What refers to it does not keep the whole index.
  const digest = Buffer.from(payload.subarray(4, FIXED_BYTES));
  const entries: PackedEntry[] = [];
  let at = 0;
  for (const line of payload.toString("latin1", FIXED_BYTES).trimEnd().split("\n")) {
    const space = line.indexOf(" ");
    const length = Number(line.slice(space + 1));
    if (space <= 0 || space > MAX_NAME_LENGTH || !Number.isSafeInteger(length) || length < 0)
      return undefined;
    const name = line.slice(0, space);
    entries.push({ name, offset: at, length });
    at += length;
  }
  const least = memberLength(payload.length, 0);
  if (size < least || at > MAX_CONTENT_BYTES) return undefined;
  return { offset, size, digest, entries, contentBytes: at };
}

/**
 * The content of a member, as it was packed.
 * @param bytes all of the member
 * @throws BsweepError INVALID_RESULT with the reason
 */
export function openMember(bytes: Buffer, { digest, contentBytes, size }: PackMember): Buffer {
  const head = bytes.length === size ? readHead(bytes) : undefined;
  if (head?.kind !== KIND.results) throw damaged("its member has no head");
  let content: Buffer;
  try {
    content = readContent(bytes, head, contentBytes);
  } catch (cause) {
    const told = cause instanceof Error ? cause.message : "";
    throw damaged(`its member cannot be unpacked: ${told}`);
  }
  if (content.length === contentBytes && sha256Of(content).equals(digest)) return content;
  throw damaged("its member has another digest than its pack says");
}

function damaged(how: string): BsweepError {
  return new BsweepError("INVALID_RESULT", how);
}

function sha256Of(bytes: Uint8Array): Buffer {
  return hash("sha256", bytes, "buffer");
}
