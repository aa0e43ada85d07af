import fc from 'fast-check';
import { expect, it } from 'vitest';
import { decodeMessage, encodeMessage } from '../../src/live/watching/wire.js';

const number = fc.oneof(fc.double(), fc.integer(), fc.constantFrom(Number.NaN, Number.POSITIVE_INFINITY));
const leaf = fc.oneof(
  number.filter((value) => !Object.is(value, -0)),
  fc.string(),
  fc.boolean(),
  fc.uint8Array({ maxLength: 9 }),
  fc.float32Array({ maxLength: 5 }),
);
const message = fc.dictionary(
  fc.stringMatching(/^[a-z]{1,8}$/),
  fc.oneof(leaf, fc.array(leaf, { maxLength: 3 }), fc.dictionary(fc.stringMatching(/^[a-z]{1,8}$/), leaf)),
  { noNullPrototype: true },
);

it('carries numbers, texts and arrays of every length as they are, wherever the bytes lie', () => {
  fc.assert(
    fc.property(message, fc.nat(7), (sent, offset) => {
      const bytes = encodeMessage(sent);
      // As sockets of Node give them out: somewhere in a larger buffer.
      const larger = new Uint8Array(bytes.length + offset);
      larger.set(bytes, offset);
      expect(decodeMessage(larger.subarray(offset))).toEqual(sent);
    }),
  );
});

it('writes no pixel as text, and takes Buffers of Node for bytes', () => {
  const frame = Buffer.alloc(1000, 200);
  const bytes = encodeMessage({ kind: 'frame', number: 7, frame });
  expect(bytes.length).toBeLessThan(1100);
  expect(decodeMessage(bytes)).toEqual({ kind: 'frame', number: 7, frame: new Uint8Array(frame) });
});

it('fails in one line for bytes that are no message, whatever they are', () => {
  const whole = encodeMessage({ kind: 'frame', frame: new Uint8Array(40) });
  const refused = (bytes: Uint8Array) =>
    expect(() => decodeMessage(bytes)).toThrow(/no message of foreframe/);
  // But for what only fills up its end.
  for (let length = 0; length < whole.length; length++) refused(whole.subarray(0, length));
  const place = (text: string) => {
    const json = new TextEncoder().encode(text);
    const bytes = new Uint8Array(200);
    new DataView(bytes.buffer).setUint32(0, json.length, true);
    bytes.set(json, 4);
    return bytes;
  };
  for (const text of [
    '{',
    '{"a":{"$array":"u8","at":0,"bytes":1000}}',
    '{"a":{"$array":"f32","at":2,"bytes":4}}',
  ])
    refused(place(text));
  refused(place('{"a":{"$array":"f32","at":0,"bytes":3}}'));
  refused(place('{"a":{"$array":"u8","at":-4,"bytes":4}}'));
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 64 }), (bytes) => {
      try {
        decodeMessage(bytes);
      } catch (error) {
        expect((error as Error).name).toBe('ForeframeError');
      }
    }),
  );
});
