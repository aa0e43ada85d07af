import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { asyncBufferFromFile, parquetMetadataAsync, parquetReadObjects } from 'hyparquet';
import { afterAll, describe, expect, it } from 'vitest';
import type { LatentRows, LatentsMetadata } from '../../src/analysis/latents/latentsFile.js';
import { LatentsWriter } from '../../src/analysis/latents/latentsWriter.js';
import { readLatents, summariseLatents } from '../../src/analysis/latents/readLatents.js';
import { probe } from '../../src/library/probe.js';
import { readArrowSchema } from './arrowReader.js';

const folder = await mkdtemp(join(tmpdir(), 'foreframe-names-'));
afterAll(() => rm(folder, { recursive: true, force: true }));
const fixture = (name: string) => join(import.meta.dirname, 'fixtures/renamed', `${name}.parquet`);

const metadata: LatentsMetadata = {
  run: 'run',
  model: 'pgn',
  config: 'name: "grün"\n',
  seed: 1,
  step: 2,
  weights: 'trained',
  data: 'balls',
  split: 'test',
  clipLength: 4,
  times: [2],
  pool: 'none',
  layers: { 'lstm.h': [3], 'encoder.1': [1, 1, 2] },
};

const rows: LatentRows = {
  rows: 2,
  columns: {
    file: ['a.mp4', 'a.mp4'],
    time: Int32Array.of(1, 2),
    seconds: Float64Array.of(0, 0.04),
    'label.side': Int32Array.of(0, 1),
    'latent.position.0': Float64Array.of(0.5, 0.25),
    error: Float64Array.of(Number.NaN, 0.125),
  },
  optional: ['error'],
  layers: {
    'lstm.h': { rows: 2, columns: 3, data: Float32Array.of(1, 2, 3, 4, 5, 6) },
    'encoder.1': { rows: 2, columns: 2, data: Float32Array.of(-1, -2, -3, -4) },
  },
};

async function written(name: string, given: LatentRows): Promise<string> {
  const path = join(folder, `${name}.parquet`);
  const writer = await LatentsWriter.open(path, metadata);
  await writer.write(given).finally(() => writer.close());
  const again = await LatentsWriter.open(path, metadata);
  await again.write(given);
  await again.finish();
  return path;
}

describe('names in a latents file', () => {
  it('have no dots, and say what other commands call the same', async () => {
    const path = await written('names', rows);
    const [first, second] = await parquetReadObjects({ file: await asyncBufferFromFile(path) });
    expect(first).toEqual({
      source: 'a.mp4',
      step: 1,
      time: 0,
      label_side: 0,
      latent_position_0: 0.5,
      error: null,
      lstm_h: [1, 2, 3],
      encoder_1: [-1, -2],
    });
    expect(second).toMatchObject({ step: 2, time: 0.04, error: 0.125, encoder_1: [-3, -4] });
  });

  it('are those of the model again in memory, whichever of the two is asked for', async () => {
    const path = await written('memory', rows);
    const { metadata: _, ...read } = await readLatents(path);
    expect(read).toEqual(rows);
    expect(read.columns.error![0]).toBeNaN();
    for (const name of ['lstm.h', 'lstm_h'])
      expect(Object.keys((await readLatents(path, { layers: [name], columns: [] })).layers)).toEqual([
        'lstm.h',
      ]);
    expect((await readLatents(path, { columns: ['label_side', 'time'] })).columns).toEqual({
      'label.side': rows.columns['label.side'],
      time: rows.columns.time,
    });
    expect((await summariseLatents(path)).stored).toMatchObject({ lstm_h: 'lstm.h', time: 'seconds' });
  });

  it('may not be one of two', async () => {
    const twice = { ...rows, columns: { ...rows.columns, lstm_h: Float64Array.of(1, 2) } };
    await expect(written('twice', twice)).rejects.toThrow(
      'lstm_h and lstm.h would both be the column lstm_h of the file: rename one of them',
    );
  });

  it('may miss numbers where that was said, and nowhere else', async () => {
    const gap = { ...rows, optional: [] };
    await expect(written('gap', gap)).rejects.toThrow('column error holds NaN in row 0');
    const columns = { ...rows.columns, error: Float64Array.of(1, Number.POSITIVE_INFINITY) };
    await expect(written('infinite', { ...rows, columns })).rejects.toThrow('column error holds Infinity');
  });
});

describe('Arrow reads of a latents file', () => {
  it('layers as lists of a fixed size, columns by their types, and what the file says of itself', async () => {
    const path = await written('arrow', rows);
    const footer = await parquetMetadataAsync(await asyncBufferFromFile(path));
    const pairs = Object.fromEntries(footer.key_value_metadata!.map(({ key, value }) => [key, value!]));
    const schema = readArrowSchema(pairs['ARROW:schema']!);
    const element = { name: 'element', nullable: false, type: 3, first: 1, children: [] };
    const column = (name: string, type: number, first: number, nullable = false) => {
      return { name, nullable, type, first, children: [] };
    };
    expect(schema.fields).toEqual([
      column('source', 5, 0),
      column('step', 2, 32),
      column('time', 3, 2),
      column('label_side', 2, 32),
      column('latent_position_0', 3, 2),
      column('error', 3, 2, true),
      { ...column('lstm_h', 16, 3), children: [element] },
      { ...column('encoder_1', 16, 2), children: [element] },
    ]);
    const own = Object.entries(pairs).filter(([key]) => /^foreframe\.(?!checksum)/.test(key));
    expect(own.length).toBeGreaterThan(10);
    expect(schema.metadata).toEqual(Object.fromEntries(own));
  });
});

describe('a latents file', () => {
  // Of the same eight rows: by a version that kept dots, by this one, and that through pandas and polars.
  it.each(['dotted', 'new', 'pandas', 'polars'])('is probed the same: %s', async (name) => {
    const options = { method: 'ridge', folds: 4, layer: 'lstm.h' } as const;
    const answer = async (file: string, target: string) => {
      const probed = await probe(fixture(file), { ...options, target });
      if (probed.kind !== 'scores') throw new Error('scores');
      return probed.scores.map(({ layer: _, ...score }) => score);
    };
    const [before, now] = [await answer('dotted', 'position'), await answer(name, 'position')];
    expect(now).toEqual(before);
    expect(now.map(({ time }) => time)).toEqual([2, 4]);
    expect(await answer(name, 'velocity.1')).toEqual(await answer('dotted', 'velocity.1'));
  });

  it('has the same rows, with dots or without', async () => {
    const { metadata: _, ...dotted } = await readLatents(fixture('dotted'));
    const { metadata: __, ...now } = await readLatents(fixture('new'));
    expect(now).toEqual(dotted);
  });
});
