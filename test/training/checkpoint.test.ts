import { mkdirSync, mkdtempSync, readFileSync, truncateSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import zlib from 'node:zlib';
import fc from 'fast-check';
import { beforeAll, describe, expect, it } from 'vitest';
import { crc32, plainCrc32 } from '../../src/common/crc32.js';
import { ForeframeError } from '../../src/common/errors.js';
import { loadCheckpoint, type Position, saveCheckpoint } from '../../src/runs/checkpoint.js';
import { encodeSafetensors } from '../../src/runs/safetensors.js';

const folder = mkdtempSync(join(tmpdir(), 'foreframe-test-'));
const path = join(folder, 'last.safetensors');
const position: Position = {
  step: 300,
  epoch: 2,
  batch: 17,
  seconds: 12.5,
  best: { error: 0.25, step: 200 },
};
const state = {
  kernel: { shape: [3, 5], data: Float32Array.from({ length: 15 }, (_, i) => i / 7) },
  'random/dropout': { shape: [2], data: new Int32Array([-1, 7]) },
  mask: { shape: [3], data: new Uint8Array([1, 0, 255]) },
};

/** A checkpoint without a checksum, as older versions wrote it, with a position word for word. */
function writeOld(file: string, text: string): void {
  writeFileSync(file, Buffer.concat(encodeSafetensors(state, { 'foreframe.position': text })));
}

beforeAll(() => saveCheckpoint(path, { position, state }));

describe('a checkpoint', () => {
  it('gives back what was saved', async () => {
    expect(await loadCheckpoint(path)).toEqual({ position, state });
  });

  it('with any one bit or byte changed is refused, or holds the same', async () => {
    const whole = readFileSync(path);
    const file = join(folder, 'changed.safetensors');
    let refused = 0;
    const changed = fc.asyncProperty(
      fc.nat(whole.length - 1),
      fc.oneof(fc.constantFrom(1, 2, 4, 8, 16, 32, 64, 128), fc.integer({ min: 1, max: 255 })),
      async (at, flip) => {
        const bytes = Buffer.from(whole);
        bytes[at]! ^= flip;
        writeFileSync(file, bytes);
        const loaded = await loadCheckpoint(file).catch((error: unknown) => error);
        if (loaded instanceof Error) {
          refused++;
          expect(loaded).toBeInstanceOf(ForeframeError);
          expect(loaded.message).toMatch(/changed\.safetensors/);
          expect(loaded.message).not.toContain('\n');
        } else expect(loaded).toEqual({ position, state });
      },
    );
    await fc.assert(changed, { numRuns: 1000 });
    expect(refused).toBeGreaterThan(900);
  });

  it('whose checksum goes by another name is refused: its weights may have been changed too', async () => {
    const path = join(folder, 'renamed.safetensors');
    await saveCheckpoint(path, { position, state });
    const bytes = readFileSync(path);
    bytes[bytes.indexOf('foreframe.checksum') + 'foreframe.check'.length] = 'z'.charCodeAt(0);
    bytes[bytes.length - 1]! ^= 1;
    writeFileSync(path, bytes);
    await expect(loadCheckpoint(path)).rejects.toThrow(
      /renamed\.safetensors.*have changed since it was saved/,
    );
  });

  it('of an older version, without a checksum, is read', async () => {
    const old = join(folder, 'old.safetensors');
    writeOld(old, JSON.stringify(position));
    expect(await loadCheckpoint(old)).toEqual({ position, state });
  });

  it.each([
    '{"step":"a"}',
    '{"step":"a","epoch":0,"batch":0,"seconds":0}',
    '{"step":-1,"epoch":0,"batch":0,"seconds":0}',
    '{"step":1.5,"epoch":0,"batch":0,"seconds":0}',
    '{"step":1,"epoch":null,"batch":0,"seconds":0}',
    '{"step":1,"epoch":0,"batch":1e300,"seconds":0}',
    '{"step":1,"epoch":0,"batch":0,"seconds":1e999}',
    '{"step":1,"epoch":0,"batch":0,"seconds":0,"best":{"error":"low","step":1}}',
    '{"step":1,"epoch":0,"batch":0,"seconds":0,"validationDue":1}',
    '[]',
    'null',
    '{"step":',
    '',
  ])('at position %s is refused', async (text) => {
    const wrong = join(folder, 'wrong.safetensors');
    writeOld(wrong, text);
    await expect(loadCheckpoint(wrong)).rejects.toThrow(
      /^cannot read \S+wrong\.safetensors: its foreframe\.position is .*delete it and use or resume from another/,
    );
  });

  it('names the other checkpoint of the run, if there is one', async () => {
    const run = mkdtempSync(join(tmpdir(), 'foreframe-test-'));
    const [last, best] = [join(run, 'last.safetensors'), join(run, 'best.safetensors')];
    await saveCheckpoint(last, { position, state });
    truncateSync(last, 200);
    await expect(loadCheckpoint(last)).rejects.toThrow(/it is cut short: 200 of .*another checkpoint$/);
    await saveCheckpoint(best, { position, state });
    await expect(loadCheckpoint(last)).rejects.toThrow(
      /best\.safetensors lies beside it, copy that over it$/,
    );
  });

  it('that is a folder, or states sizes that are not there, is refused before memory is taken', async () => {
    const file = join(folder, 'strange.safetensors');
    mkdirSync(join(folder, 'folder.safetensors'));
    await expect(loadCheckpoint(join(folder, 'folder.safetensors'))).rejects.toThrow(
      /a folder stands in its place/,
    );
    // Sparse files of a terabyte: their bytes could not be read at all.
    const header = JSON.stringify({ a: { dtype: 'F32', shape: [2], data_offsets: [0, 8] } });
    for (const [length, words] of [
      [header.length, /bytes more than its header describes/],
      [99_999_999, /header is not JSON/],
      [1e15, /not a safetensors file/],
    ] as const) {
      const start = Buffer.alloc(8);
      start.writeBigUInt64LE(BigInt(length));
      writeFileSync(file, Buffer.concat([start, Buffer.from(header)]));
      truncateSync(file, 2 ** 40);
      await expect(loadCheckpoint(file)).rejects.toThrow(words);
    }
  });
});

describe('crc32', () => {
  it('agrees with zlib, in parts and as a whole', () => {
    // The published check value of this CRC.
    expect(plainCrc32(Buffer.from('123456789'))).toBe(0xcbf43926);
    fc.assert(
      fc.property(fc.uint8Array(), fc.uint8Array(), (a, b) => {
        const whole = Buffer.concat([a, b]);
        expect(plainCrc32(b, plainCrc32(a))).toBe(crc32(whole));
        if (zlib.crc32) expect(crc32(whole)).toBe(zlib.crc32(whole));
      }),
    );
  });
});
