import { existsSync, readFileSync, symlinkSync, truncateSync, writeFileSync } from 'node:fs';
import { mkdir, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { parquetWriteFile } from 'hyparquet-writer';
import { afterAll, describe, expect, it } from 'vitest';
import type { LatentRows, LatentsMetadata } from '../../src/analysis/latents/latentsFile.js';
import { LatentsWriter, type LatentsWriterOptions } from '../../src/analysis/latents/latentsWriter.js';
import { readLatents, summariseLatents } from '../../src/analysis/latents/readLatents.js';
import { required } from '../../src/common/required.js';

const folder = await mkdtemp(join(tmpdir(), 'foreframe-latents-'));
afterAll(() => rm(folder, { recursive: true, force: true }));
let files = 0;
const newFile = () => join(folder, `${files++}.parquet`);

function metadataOf(layers: Readonly<Record<string, number>>): LatentsMetadata {
  return {
    run: 'runs/grün "1"',
    model: 'pgn',
    config: 'name: test\nseed: 3\n',
    seed: 3,
    step: 120,
    weights: 'trained',
    data: 'bouncing-balls (20 clips)',
    split: 'test',
    clipLength: 4,
    times: [1, 4],
    pool: 'none',
    layers: Object.fromEntries(Object.entries(layers).map(([name, width]) => [name, [width]])),
  };
}

/** Rows that are told apart by every value. */
function rowsFrom(first: number, rows: number, layers: Readonly<Record<string, number>>): LatentRows {
  const numbers = Array.from({ length: rows }, (_, i) => first + i);
  return {
    rows,
    columns: {
      file: numbers.map((n) => `clip ${Math.floor(n / 2)}`),
      clip: Int32Array.from(numbers, (n) => Math.floor(n / 2)),
      seconds: Float64Array.from(numbers, (n) => n / 7),
      'label.identity': Int32Array.from(numbers, (n) => -n),
    },
    layers: Object.fromEntries(
      Object.entries(layers).map(([name, columns]) => {
        const data = Float32Array.from({ length: rows * columns }, (_, i) => Math.sin(first * columns + i));
        return [name, { rows, columns, data }];
      }),
    ),
  };
}

async function write(
  path: string,
  layers: Readonly<Record<string, number>>,
  batches: readonly LatentRows[],
  options?: LatentsWriterOptions,
): Promise<void> {
  const writer = await LatentsWriter.open(path, metadataOf(layers), options);
  for (const batch of batches) await writer.write(batch);
  await writer.finish();
}

const finiteFloat = fc.float({ noNaN: true, noDefaultInfinity: true });

/** Batches of the same columns, of any sizes, with any values. */
const latents = fc
  .record({
    sizes: fc.array(fc.integer({ min: 0, max: 7 }), { minLength: 1, maxLength: 4 }),
    widths: fc.array(fc.integer({ min: 1, max: 5 }), { maxLength: 3 }),
    columns: fc.subarray(['text', 'whole', 'number'] as const),
    rowGroupBytes: fc.integer({ min: 1, max: 400 }),
  })
  .filter(({ sizes, widths, columns }) => Math.max(...sizes) > 0 && widths.length + columns.length > 0)
  .chain(({ sizes, widths, columns, rowGroupBytes }) => {
    const batchOf = (rows: number) => {
      const many = <T>(values: fc.Arbitrary<T>, length = rows) =>
        fc.array(values, { minLength: length, maxLength: length });
      const kinds = {
        text: many(fc.string({ unit: 'grapheme' })),
        whole: many(fc.integer({ min: -(2 ** 31), max: 2 ** 31 - 1 })).map((v) => Int32Array.from(v)),
        number: many(fc.double({ noNaN: true, noDefaultInfinity: true })).map((v) => Float64Array.from(v)),
      };
      const layers = widths.map((width) =>
        many(finiteFloat, rows * width).map((v) => ({ rows, columns: width, data: Float32Array.from(v) })),
      );
      return fc.record({
        rows: fc.constant(rows),
        columns: fc.record(Object.fromEntries(columns.map((kind) => [`label.${kind}`, kinds[kind]]))),
        layers: fc.record(Object.fromEntries(layers.map((layer, i) => [`layer.${i}.h`, layer]))),
      }) as fc.Arbitrary<LatentRows>;
    };
    return fc.record({
      batches: fc.tuple(...sizes.map(batchOf)),
      widths: fc.constant(Object.fromEntries(widths.map((width, i) => [`layer.${i}.h`, width]))),
      rowGroupBytes: fc.constant(rowGroupBytes),
    });
  });

function joined(batches: readonly LatentRows[]): LatentRows {
  const first = batches[0]!;
  const column = (name: string) =>
    batches.flatMap((batch) => Array.from<string | number>(required(batch.columns, name)));
  const columns = Object.keys(first.columns).map((name) => {
    const values = column(name);
    if (name === 'label.text') return [name, values as string[]] as const;
    const Numbers = name === 'label.whole' ? Int32Array : Float64Array;
    return [name, Numbers.from(values as number[])] as const;
  });
  const rows = batches.reduce((sum, batch) => sum + batch.rows, 0);
  const layers = Object.entries(first.layers).map(([name, { columns }]) => {
    const data = Float32Array.from(batches.flatMap((batch) => [...required(batch.layers, name).data]));
    return [name, { rows, columns, data }] as const;
  });
  return { rows, columns: Object.fromEntries(columns), layers: Object.fromEntries(layers) };
}

describe('a latents file', () => {
  it('gives back what was written, whatever the sizes of batches and row groups', async () => {
    await fc.assert(
      fc.asyncProperty(latents, async ({ batches, widths, rowGroupBytes }) => {
        const path = newFile();
        await write(path, widths, batches, { rowGroupBytes });
        const { metadata, ...read } = await readLatents(path);
        expect(read).toEqual(joined(batches));
        expect(metadata).toMatchObject(metadataOf(widths));
        await rm(path);
      }),
      { numRuns: 30 },
    );
  });

  it('reads the asked layers and columns alone, and says what there is', async () => {
    const path = newFile();
    const layers = { 'lstm.h': 6, 'encoder.1': 3 };
    await write(path, layers, [rowsFrom(0, 5, layers)]);
    const read = await readLatents(path, { layers: ['encoder.1'], columns: ['seconds'] });
    expect(Object.keys(read.layers)).toEqual(['encoder.1']);
    expect(read.columns).toEqual({ seconds: rowsFrom(0, 5, layers).columns.seconds });
    expect(await summariseLatents(path)).toMatchObject({
      rows: 5,
      columns: ['file', 'clip', 'seconds', 'label.identity'],
      metadata: { version: expect.stringMatching(/^\d+\./), step: 120, layers: { 'lstm.h': [6] } },
    });
  });

  it('has the same bytes whether it was written in one go or resumed after any row group', async () => {
    const layers = { 'lstm.h': 5 };
    const all = Array.from({ length: 9 }, (_, i) => rowsFrom(3 * i, 3, layers));
    const rowGroupBytes = 4 * (4 * 8 + 5 * 4);
    const whole = newFile();
    await write(whole, layers, all, { rowGroupBytes });
    const path = newFile();
    for (let stop = 1; ; stop += 2) {
      const writer = await LatentsWriter.open(path, metadataOf(layers), { resume: true, rowGroupBytes });
      const from = writer.savedRows;
      expect(from % 4).toBe(0);
      for (let row = from; row < Math.min(27, 4 * stop); row++) await writer.write(rowsFrom(row, 1, layers));
      if (4 * stop >= 27) {
        await writer.finish();
        break;
      }
      await writer.close();
    }
    expect(readFileSync(path).equals(readFileSync(whole))).toBe(true);
    expect(existsSync(`${path}.partial`)).toBe(false);
  });

  it('is written by one process at a time', async () => {
    const layers = { h: 3 };
    const path = newFile();
    const options = { rowGroupBytes: 1 };
    const first = await LatentsWriter.open(path, metadataOf(layers), options);
    const second = await LatentsWriter.open(path, metadataOf(layers), options);
    await first.write(rowsFrom(0, 2, layers));
    const refusal = new RegExp(`is being written by process ${process.pid}`);
    await expect(second.write(rowsFrom(0, 2, layers))).rejects.toThrow(refusal);
    const resuming = LatentsWriter.open(path, metadataOf(layers), { ...options, resume: true });
    await expect(resuming).rejects.toThrow(refusal);
    await first.finish();
    expect(existsSync(`${path}.lock`)).toBe(false);
    expect((await readLatents(path)).rows).toBe(2);
  });

  it('is resumed after a kill in the middle of a write', async () => {
    const layers = { 'lstm.h': 5 };
    const options = { rowGroupBytes: 1, resume: true };
    const whole = newFile();
    await write(whole, layers, [rowsFrom(0, 6, layers)], options);
    const path = newFile();
    const first = await LatentsWriter.open(path, metadataOf(layers), options);
    await first.write(rowsFrom(0, 4, layers));
    await first.close();
    // The third group's bytes were cut off, the journal's last line as well.
    const rows = join(`${path}.partial`, 'rows.parquet');
    truncateSync(rows, readFileSync(rows).length - 3);
    const journal = join(`${path}.partial`, 'journal.jsonl');
    writeFileSync(journal, `${readFileSync(journal, 'utf8')}{"rows":1,"en`);
    const second = await LatentsWriter.open(path, metadataOf(layers), options);
    expect(second.savedRows).toBe(3);
    await second.write(rowsFrom(3, 3, layers));
    await second.finish();
    expect(readFileSync(path).equals(readFileSync(whole))).toBe(true);
  });
});

describe('bad input', () => {
  const layers = { 'lstm.h': 2 };

  it.each([Number.NaN, Number.POSITIVE_INFINITY])('%d is refused, naming layer and row', async (bad) => {
    const writer = await LatentsWriter.open(newFile(), metadataOf(layers));
    const rows = rowsFrom(0, 3, layers);
    required(rows.layers, 'lstm.h').data[5] = bad;
    await expect(writer.write(rows)).rejects.toThrow(`layer lstm.h holds ${bad} in row 2`);
    await writer.close();
  });

  it('an unfinished file is not written over, nor gone on with for other latents', async () => {
    const path = newFile();
    const writer = await LatentsWriter.open(path, metadataOf(layers), { rowGroupBytes: 1 });
    await writer.write(rowsFrom(0, 3, layers));
    await writer.close();
    await expect(LatentsWriter.open(path, metadataOf(layers))).rejects.toThrow(
      /add --resume .* or delete it/,
    );
    const other = { ...metadataOf(layers), pool: 'max' };
    await expect(LatentsWriter.open(path, other, { resume: true })).rejects.toThrow(
      /another pool \("none" there, "max" here\)/,
    );
  });

  it('rows of other columns are refused', async () => {
    const writer = await LatentsWriter.open(newFile(), metadataOf(layers));
    await writer.write(rowsFrom(0, 2, layers));
    const { 'label.identity': _, ...rest } = rowsFrom(2, 2, layers).columns;
    await expect(writer.write({ ...rowsFrom(2, 2, layers), columns: rest })).rejects.toThrow(
      /column label\.identity is there for some rows and not for others/,
    );
    await writer.close();
  });

  it('a full disk is named, and what was finished is kept', async () => {
    const path = newFile();
    await mkdir(`${path}.partial`);
    symlinkSync('/dev/full', join(`${path}.partial`, 'rows.parquet'));
    const writer = await LatentsWriter.open(path, metadataOf(layers), { resume: true });
    await writer.write(rowsFrom(0, 2, layers));
    await expect(writer.finish()).rejects.toThrow(/\.parquet\.partial: the disk is full/);
    await writer.close();
    expect(existsSync(path)).toBe(false);
  });

  it('a missing, foreign, cut or damaged file is refused in one line', async () => {
    const path = newFile();
    await expect(readLatents(path)).rejects.toThrow(`there is no file ${path}`);
    await expect(readLatents(folder)).rejects.toThrow(/is a folder/);
    writeFileSync(path, 'file,clip\n1,2\n');
    await expect(readLatents(path)).rejects.toThrow(/is not a Parquet file/);
    parquetWriteFile({ filename: path, columnData: [{ name: 'a', data: [1, 2], type: 'INT32' }] });
    await expect(readLatents(path)).rejects.toThrow(
      /a Parquet file of another program \(by hyparquet\): give a file of `foreframe extract`/,
    );
    await write(path, layers, [rowsFrom(0, 50, layers)]);
    const bytes = readFileSync(path);
    for (const size of [0, 3]) {
      writeFileSync(path, bytes.subarray(0, size));
      await expect(readLatents(path)).rejects.toThrow(/is not a Parquet file/);
    }
    for (const size of [4, 11, 100, bytes.length - 1]) {
      writeFileSync(path, bytes.subarray(0, size));
      await expect(readLatents(path)).rejects.toThrow(/is cut short: extract it again/);
    }
    // A hole in the middle that the ends do not show.
    writeFileSync(path, Buffer.concat([bytes.subarray(0, 60), bytes.subarray(300)]));
    await expect(readLatents(path)).rejects.toThrow(/is damaged \(.*\): extract it again/);
  });

  it('an unknown layer or column is refused with the list of those there', async () => {
    const path = newFile();
    await write(path, layers, [rowsFrom(0, 2, layers)]);
    await expect(readLatents(path, { layers: ['lstm.x'] })).rejects.toThrow(
      /has no layer lstm\.x; it has lstm\.h/,
    );
    await expect(readLatents(path, { columns: ['label.x'] })).rejects.toThrow(
      /has no column label\.x; it has file, clip/,
    );
  });
});
