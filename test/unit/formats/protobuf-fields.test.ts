import { expect, test } from "vitest";
import { readFields } from "../../../src/formats/protobuf-fields.ts";
import { ProtobufWriter } from "../../../src/trainer/graph/protobuf.ts";

function write(use: (writer: ProtobufWriter) => void): Buffer {
  const writer = new ProtobufWriter();
  use(writer);
  return Buffer.from(writer.finish());
}

test("fields come back as the trainer's writer wrote them", () => {
  const numbers = [0, 1, 127, 128, 2 ** 31, Number.MAX_SAFE_INTEGER, -1, -(2 ** 40)];
  const message = write((writer) => {
    for (const number of numbers) writer.integer(3, number);
    writer.text(16, "épreuve");
    writer.float(2, 0.5);
    writer.message(5, () => writer.integer(1, 7));
  });
  const fields = [...readFields(message)];
  expect(fields.slice(0, numbers.length).map(({ integer }) => integer)).toEqual(numbers);
  const [text, float, inner] = fields.slice(numbers.length);
  expect([text?.field, text?.bytes.toString()]).toEqual([16, "épreuve"]);
  expect([float?.field, float?.bytes.readFloatLE()]).toEqual([2, 0.5]);
  expect([...readFields(inner?.bytes ?? message)].map(({ integer }) => integer)).toEqual([7]);
});

test("what ends too soon, and what is no message, is refused", () => {
  const message = write((writer) => {
    writer.text(1, "text");
    writer.integer(2, 300);
  });
  const whole = [0, 6];
  for (let length = 0; length < message.length; length++) {
    const read = (): unknown => [...readFields(message.subarray(0, length))];
    if (whole.includes(length)) read();
    else expect(read, String(length)).toThrow(RangeError);
  }
  for (const bytes of [Buffer.alloc(20, 255), Buffer.from([0x0b]), Buffer.from([0x0a, 0xff, 0x7f])])
    expect(() => [...readFields(bytes)]).toThrow(RangeError);
});
