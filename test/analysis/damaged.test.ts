import { readFileSync, writeFileSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { type FileMetaData, parquetMetadata } from 'hyparquet';
import { ByteWriter, parquetWriteBuffer } from 'hyparquet-writer';
import { writeMetadata } from 'hyparquet-writer/src/metadata.js';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { LatentsWriter } from '../../src/analysis/latents/latentsWriter.js';
import { type Latents, readLatents } from '../../src/analysis/latents/readLatents.js';
import { ForeframeError } from '../../src/common/errors.js';
import { Random } from '../../src/common/random.js';

const folder = await mkdtemp(join(tmpdir(), 'foreframe-damaged-'));
afterAll(() => rm(folder, { recursive: true, force: true }));
const path = join(folder, 'mutated.parquet');
const own = join(folder, 'own.parquet');

/** Of this file, or nothing but one line that names it. */
async function readOrRefused(bytes: Uint8Array): Promise<Latents | undefined> {
  writeFileSync(path, bytes);
  return readLatents(path).catch((error: Error) => {
    expect(error, error.stack).toBeInstanceOf(ForeframeError);
    expect(error.message).toContain(path);
    expect(error.message).not.toMatch(/\n|TypeError|undefined|Cannot|is not a function|offset is outside/i);
    return undefined;
  });
}

/** A file that nobody but hyparquet wrote: without checksums. */
function plainFile(rows: number): Uint8Array {
  const columnData = ['x0', 'x1'].map((name) => ({
    name,
    data: Float64Array.from({ length: rows }, (_, i) => i + 0.5),
    type: 'DOUBLE' as const,
    encoding: 'PLAIN' as const,
  }));
  return new Uint8Array(parquetWriteBuffer({ columnData, codec: 'UNCOMPRESSED' }));
}

/** The file with a footer that says something else. */
function withFooter(bytes: Uint8Array, change: (metadata: FileMetaData) => void): Uint8Array {
  const metadata = parquetMetadata(bytes.slice());
  change(metadata);
  const writer = new ByteWriter();
  const length = new DataView(bytes.buffer, bytes.byteOffset).getUint32(bytes.length - 8, true);
  writer.appendBytes(bytes.subarray(0, bytes.length - 8 - length));
  writeMetadata(writer, metadata);
  writer.appendUint32(0x31524150);
  return writer.getBytes().slice();
}

beforeAll(async () => {
  const layers = { code: [3], deep: [2] };
  const writer = await LatentsWriter.open(
    own,
    {
      ...{ run: 'run', model: 'pgn', config: 'name: a', seed: 1, step: 2, weights: 'trained', data: 'here' },
      ...{ split: 'test', clipLength: 4, times: [1, 4], pool: 'none', layers },
    },
    { rowGroupBytes: 200 },
  );
  const data = (columns: number) => Float32Array.from({ length: 6 * columns }, (_, i) => Math.sin(i));
  await writer.write({
    rows: 6,
    columns: {
      file: ['a', 'a', 'a', 'b', 'b', 'ü'],
      clip: Int32Array.of(0, 0, 1, 1, 2, 2),
      seconds: Float64Array.of(0, 0.04, 0, 0.04, 0, 0.04),
    },
    layers: { code: { rows: 6, columns: 3, data: data(3) }, deep: { rows: 6, columns: 2, data: data(2) } },
  });
  await writer.finish();
});

describe('a damaged file of ours', () => {
  it('is noticed whichever byte was changed, or gives what was written', async () => {
    const bytes = readFileSync(own);
    const whole = await readLatents(own);
    const random = Random.for(1, 'flips');
    let read = 0;
    for (let at = 0; at < bytes.length; at++) {
      const changed = Uint8Array.from(bytes);
      changed[at] = bytes[at]! ^ (1 + random.integer(255));
      const found = await readOrRefused(changed);
      if (!found) continue;
      read++;
      expect(found, `byte ${at}`).toEqual(whole);
    }
    // Only what nobody reads may change: the name of the writer, and the key of the checksum.
    expect(read).toBeLessThan(80);
  });

  it('is refused when it was cut anywhere, or bytes of it are missing or twice there', async () => {
    const bytes = readFileSync(own);
    const whole = await readLatents(own);
    const random = Random.for(2, 'cuts');
    for (let i = 0; i < 100; i++) {
      const [from, to] = [random.integer(bytes.length), random.integer(bytes.length)];
      expect(await readOrRefused(bytes.subarray(0, from))).toBeUndefined();
      const [a, b] = [Math.min(from, to), Math.max(from, to) + 1];
      expect(await readOrRefused(Buffer.concat([bytes.subarray(0, a), bytes.subarray(b)]))).toBeUndefined();
      // Bytes that nobody reads may come between the last row group and the footer.
      const twice = await readOrRefused(Buffer.concat([bytes.subarray(0, b), bytes.subarray(a)]));
      if (twice) expect(twice).toEqual(whole);
    }
  });
});

describe('a damaged file of another program', () => {
  const fixture = (name: string) =>
    readFileSync(join(import.meta.dirname, 'fixtures/foreign', `${name}.parquet`));

  it.each(['codec-snappy', 'codec-lz4', 'codec-zstd', 'codec-gzip', 'codec-brotli', 'encodings', 'polars'])(
    '%s is refused in one line, or gives as many rows',
    async (name) => {
      const bytes = fixture(name);
      const random = Random.for(3, name);
      for (let i = 0; i < 150; i++) {
        const changed = Uint8Array.from(bytes);
        for (let flips = 1 + random.integer(2); flips > 0; flips--)
          changed[random.integer(bytes.length)]! ^= 1 + random.integer(255);
        const found = await readOrRefused(changed);
        if (found) expect(found.rows).toBe(40);
        for (const { rows, columns, data } of Object.values(found?.layers ?? {}))
          expect([rows, data.length]).toEqual([40, rows * columns]);
      }
    },
  );
});

describe('metadata of ours in a file of another program', () => {
  it.each([
    ['foreframe.layers', 'null'],
    ['foreframe.layers', '{"code":4}'],
    ['foreframe.layers', '{"code":[-4]}'],
    ['foreframe.layers', '{"code":[5]}'],
    ['foreframe.times', '{"a":'],
    ['foreframe.seed', '"a"'],
  ])('is named when %s is %s', async (key, value) => {
    const bytes = readFileSync(join(import.meta.dirname, 'fixtures/foreign/pyarrow.parquet'));
    const changed = withFooter(Uint8Array.from(bytes), (metadata) => {
      metadata.key_value_metadata!.find((pair) => pair.key === key)!.value = value;
    });
    expect(await readOrRefused(changed)).toBeUndefined();
    await expect(readLatents(path)).rejects.toThrow(
      value.includes('[5]') ? /layer code of it has 160 activations, not 40 × 5/ : `its metadata ${key}`,
    );
  });
});

describe('a size that a file states', () => {
  it.each([7, 1, 50_000_000, -1])('of 2 rows, called %d, is compared with the row groups', async (stated) => {
    const changed = withFooter(plainFile(2), (metadata) => {
      metadata.num_rows = BigInt(stated);
    });
    expect(await readOrRefused(changed)).toBeUndefined();
  });

  it('is compared with the values of each column, and those with the pages', async () => {
    const rowsOnly = withFooter(plainFile(2), (metadata) => {
      metadata.num_rows = 7n;
      metadata.row_groups[0]!.num_rows = 7n;
    });
    await expect(readOrRefused(rowsOnly)).resolves.toBeUndefined();
    await expect(readLatents(path)).rejects.toThrow(/has 7 rows but 2 values of x0/);
    const all = (rows: bigint) => (metadata: FileMetaData) => {
      metadata.num_rows = rows;
      metadata.row_groups[0]!.num_rows = rows;
      for (const { meta_data: data } of metadata.row_groups[0]!.columns) data!.num_values = rows;
    };
    expect(await readOrRefused(withFooter(plainFile(2), all(7n)))).toBeUndefined();
    await expect(readLatents(path)).rejects.toThrow(/column x0 of it has 2 of 7 values/);
    // Even where nothing contradicts it: at once, with the estimate, and without making room.
    const before = process.memoryUsage().arrayBuffers;
    expect(await readOrRefused(withFooter(plainFile(2), all(50_000_000n)))).toBeUndefined();
    await expect(readLatents(path)).rejects.toThrow(
      /says that it holds 50000000 rows, some \d+ MB, in \d+ bytes/,
    );
    expect(process.memoryUsage().arrayBuffers - before).toBeLessThan(50e6);
  });

  it('is compared with the file: columns, footer and their sum', async () => {
    const changes: ((metadata: FileMetaData) => void)[] = [
      (metadata) => {
        metadata.row_groups[0]!.columns[0]!.meta_data!.total_compressed_size = 1_000_000_000_000n;
      },
      (metadata) => {
        metadata.row_groups[0]!.columns[1]!.meta_data!.data_page_offset = 1n;
      },
      (metadata) => {
        // The same bytes over and over.
        const group = metadata.row_groups[0]!;
        metadata.row_groups = new Array(100).fill(group);
        metadata.num_rows = 200n;
      },
      (metadata) => {
        metadata.row_groups[0]!.columns.pop();
      },
    ];
    for (const change of changes)
      expect(await readOrRefused(withFooter(plainFile(2), change))).toBeUndefined();
    const long = plainFile(2);
    new DataView(long.buffer).setUint32(long.length - 8, 0x7fffffff, true);
    expect(await readOrRefused(long)).toBeUndefined();
  });

  it('is compared with what a compressed page holds, which is not made larger', async () => {
    const columnData = ['x0', 'x1'].map((name) => ({
      name,
      data: new Float64Array(100),
      type: 'DOUBLE' as const,
      encoding: 'PLAIN' as const,
    }));
    // What it holds beyond the size that its header says is never made.
    const bomb = gzipSync(Buffer.alloc(200e6));
    const bytes = parquetWriteBuffer({ columnData, codec: 'GZIP', compressors: { GZIP: () => bomb } });
    const before = process.memoryUsage().arrayBuffers;
    expect(await readOrRefused(new Uint8Array(bytes))).toBeUndefined();
    expect(process.memoryUsage().arrayBuffers - before).toBeLessThan(50e6);
  });

  it('is compared with the sum of what all pages hold', async () => {
    // 40 pages of 3 MB of the same letter, in a file of some 130 KB.
    const text = 'a'.repeat(3e6);
    const data = new Array<string>(40).fill(text);
    const columnData = [
      { name: 'word', data, type: 'STRING' as const, encoding: 'PLAIN' as const },
      ...['x0', 'x1'].map((name) => ({ name, data: new Float64Array(40), type: 'DOUBLE' as const })),
    ];
    const compressors = { GZIP: (bytes: Uint8Array) => gzipSync(bytes) };
    const bytes = parquetWriteBuffer({
      columnData,
      codec: 'GZIP',
      compressors,
      pageSize: 1e6,
      statistics: false,
    });
    expect(await readOrRefused(new Uint8Array(bytes))).toBeUndefined();
    await expect(readLatents(path)).rejects.toThrow(
      /its pages say that they hold far more than a file of its size/,
    );
    expect((await readLatents(path, { columns: ['x0'] })).rows).toBe(40);
  });
});
