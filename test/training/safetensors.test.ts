import { readFileSync } from 'node:fs';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { ForeframeError } from '../../src/common/errors.js';
import { decodeSafetensors, encodeSafetensors, type StoredTensor } from '../../src/runs/safetensors.js';

const join = (parts: Uint8Array[]): Uint8Array => new Uint8Array(Buffer.concat(parts));

/** A file with the header given word for word, then `size` bytes. */
function fileOf(header: unknown, size: number): Uint8Array {
  const text = Buffer.from(typeof header === 'string' ? header : JSON.stringify(header));
  const length = Buffer.alloc(8);
  length.writeBigUInt64LE(BigInt(text.length));
  return join([length, text, Buffer.alloc(size)]);
}

const tensor: fc.Arbitrary<StoredTensor> = fc
  .array(fc.integer({ min: 0, max: 4 }), { maxLength: 4 })
  .chain((shape) => {
    const length = shape.reduce((product, size) => product * size, 1);
    const exact = { minLength: length, maxLength: length };
    const data: fc.Arbitrary<StoredTensor['data']> = fc.oneof(
      fc.float32Array(exact),
      fc.float64Array(exact),
      fc.int8Array(exact),
      fc.uint8Array(exact),
      fc.int16Array(exact),
      fc.uint16Array(exact),
      fc.int32Array(exact),
      fc.uint32Array(exact),
      fc.bigInt64Array(exact),
      fc.bigUint64Array(exact),
    );
    return data.map((values) => ({ shape, data: values }));
  });
const tensors = fc.dictionary(
  fc.string({ unit: 'grapheme' }).filter((name) => name !== '__metadata__'),
  tensor,
  { maxKeys: 6, noNullPrototype: true },
);
const metadata = fc.dictionary(fc.string(), fc.string({ unit: 'grapheme' }), {
  maxKeys: 3,
  noNullPrototype: true,
});

describe('safetensors', () => {
  it('gives back what was stored, wherever the bytes lie in memory', () => {
    fc.assert(
      fc.property(tensors, metadata, fc.integer({ min: 0, max: 7 }), (stored, notes, shift) => {
        const whole = join(encodeSafetensors(stored, notes));
        const moved = new Uint8Array(whole.length + shift).subarray(shift);
        moved.set(whole);
        const back = decodeSafetensors(moved, 'file');
        expect(back.metadata).toEqual(notes);
        expect(back.tensors).toEqual(stored);
      }),
    );
  });

  it('names the file, whichever byte it is cut at', () => {
    fc.assert(
      fc.property(tensors, metadata, fc.double({ min: 0, max: 1, noNaN: true }), (stored, notes, part) => {
        const whole = join(encodeSafetensors(stored, notes));
        const cut = Math.floor(part * (whole.length - 1));
        const read = () => decodeSafetensors(whole.subarray(0, cut), 'runs/a/last.safetensors');
        expect(read).toThrow(ForeframeError);
        expect(read).toThrow(/^cannot read runs\/a\/last.safetensors: it is cut short: \d+ of/);
      }),
    );
  });

  it('answers any other bytes with its own error or with tensors, never with another error', () => {
    const whole = join(encodeSafetensors({ a: { shape: [2], data: new Float32Array(2) } }, { k: 'v' }));
    fc.assert(
      fc.property(fc.nat(whole.length - 1), fc.integer({ min: 0, max: 255 }), (at, byte) => {
        const changed = whole.slice();
        changed[at] = byte;
        try {
          decodeSafetensors(changed, 'file');
        } catch (error) {
          expect(error).toBeInstanceOf(ForeframeError);
        }
      }),
      { numRuns: 500 },
    );
  });

  it('does not copy arrays and lays them out the same way in whatever order they come', () => {
    const a = { shape: [2], data: new Float32Array([1, 2]) };
    const b = { shape: [], data: new BigInt64Array([7n]) };
    const parts = encodeSafetensors({ a, b });
    expect(parts.slice(1).map((part) => part.buffer)).toEqual([b.data.buffer, a.data.buffer]);
    expect(parts[2]!.buffer).toBe(a.data.buffer);
    expect(parts[0]!.length % 8).toBe(0);
    expect(join(parts)).toEqual(join(encodeSafetensors({ b, a })));
  });

  it('reads a file made by Python', () => {
    const path = new URL('fixtures/python.safetensors', import.meta.url);
    const read = decodeSafetensors(readFileSync(path), 'python.safetensors');
    expect(read.metadata).toEqual({ format: 'np', 'made by': "Python's safetensors" });
    expect(read.tensors).toEqual({
      'lstm.kernel': { shape: [3, 4], data: Float32Array.from({ length: 12 }, (_, i) => i / 8) },
      step: { shape: [], data: new BigInt64Array([9007199254740993n]) },
      bytes: { shape: [1, 3], data: new Uint8Array([1, 2, 255]) },
      shifts: { shape: [4], data: new Int32Array([-1, 0, 1, -(2 ** 31)]) },
      precise: { shape: [2], data: new Float64Array([0.1, -2.5e-300]) },
      empty: { shape: [0, 5], data: new Float32Array(0) },
      'größe π': { shape: [1], data: new Float32Array([3.25]) },
    });
  });

  it.each<[string, Uint8Array, RegExp]>([
    [
      'empty',
      new Uint8Array(0),
      /cut short: 0 of at least 8 bytes; delete it and use or resume from another/,
    ],
    ['cut in its data', fileOf({ a: entry(0, 8) }, 4), /cut short: 66 of 70 bytes/],
    ['text', Buffer.from('<html>not here</html>'), /not a safetensors file/],
    ['with a header that is not JSON', fileOf('{"a":', 0), /header is not JSON/],
    ['with a header that is not UTF-8', join([fileOf('xx', 0).fill(255, 8)]), /header is not JSON/],
    ['with a header that is a list', fileOf([], 0), /not a JSON object/],
    ['of unknown elements', fileOf({ a: entry(0, 8, [4], 'F16') }, 8), /a has element type "F16".*convert/],
    ['of inherited elements', fileOf({ a: entry(0, 8, [4], 'toString') }, 8), /element type "toString"/],
    ['with a tensor that is null', fileOf({ a: null }, 0), /element type undefined/],
    ['with a negative size', fileOf({ a: entry(0, 8, [-2]) }, 8), /without a valid shape/],
    ['with a fraction for an offset', fileOf({ a: entry(0.5, 8.5) }, 8), /without a valid shape/],
    ['with fewer bytes than the shape', fileOf({ a: entry(0, 4) }, 4), /gives a 4 bytes where.*needs 8/],
    ['with overlapping arrays', fileOf({ a: entry(0, 8), b: entry(4, 12) }, 12), /b overlaps/],
    ['with a hole', fileOf({ a: entry(0, 8), b: entry(12, 20) }, 20), /b leaves a hole/],
    ['with bytes left over', fileOf({ a: entry(0, 8) }, 11), /3 bytes more/],
    [
      'with numbers as metadata',
      fileOf({ __metadata__: { step: 1 } }, 0),
      /metadata is not a table of strings/,
    ],
  ])('refuses a file %s', (_, bytes, message) => {
    const read = () => decodeSafetensors(bytes, 'best.safetensors');
    expect(read).toThrow(ForeframeError);
    expect(read).toThrow(message);
    expect(read).toThrow(/best\.safetensors/);
  });

  it('refuses to store values that do not fill their shape', () => {
    const wrong = { shape: [3], data: new Float32Array(2) };
    expect(() => encodeSafetensors({ wrong })).toThrow('cannot store wrong of shape [3] with 2 values');
  });
});

function entry(begin: number, end: number, shape = [2], dtype = 'F32') {
  return { dtype, shape, data_offsets: [begin, end] };
}
