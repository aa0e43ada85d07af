import fc from 'fast-check';
import { expect, it } from 'vitest';
import { Message } from '../../src/common/protobuf.js';

/** What a message of one integer field says, read with arithmetic of another kind. */
function readInteger(bytes: Uint8Array): bigint {
  let value = 0n;
  bytes.subarray(1).forEach((byte, i) => {
    value |= BigInt(byte & 127) << BigInt(7 * i);
    expect(byte > 127).toBe(i < bytes.length - 2);
  });
  return BigInt.asIntN(64, value);
}

it('writes every whole number as a varint, negative ones in ten bytes', () => {
  const number = fc.oneof(
    fc.maxSafeInteger(),
    fc.integer(),
    fc.integer({ min: 120, max: 300 }),
    fc.constant(-1),
  );
  fc.assert(
    fc.property(number, (value) => {
      const bytes = new Message().int(3, value).finish();
      expect(bytes[0]).toBe(3 << 3);
      expect(readInteger(bytes)).toBe(BigInt(value));
      if (value < 0) expect(bytes.length).toBe(11);
    }),
  );
  expect(() => new Message().int(1, 1.5)).toThrow(RangeError);
});

it('writes each kind of field as the format has it', () => {
  const hex = (message: Message) => Buffer.from(message.finish()).toString('hex');
  // The format's own examples: 150 in field 1, "testing" in field 2, the first one in field 3, packed 3, 270 and 86942.
  expect(hex(new Message().int(1, 150))).toBe('089601');
  expect(hex(new Message().bytes(2, 'testing'))).toBe('120774657374696e67');
  expect(hex(new Message().bytes(3, new Message().int(1, 150)))).toBe('1a03089601');
  expect(hex(new Message().ints(6, [3, 270, 86942]))).toBe('3206038e029ea705');
  expect(hex(new Message().float(1, 1).double(2, 1).floats(3, [-2]))).toBe(
    '0d0000803f11000000000000f03f1a04000000c0',
  );
  expect(hex(new Message().map(1, { a: new Message().int(1, true) }))).toBe('0a070a016112020801');
});
