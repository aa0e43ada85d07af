import { writeFileSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parquetWriteBuffer } from 'hyparquet-writer';
import { afterAll, describe, expect, it, vi } from 'vitest';
import { readLatents, summariseLatents } from '../../src/analysis/latents/readLatents.js';
import { type ProbeScore, probeFolds, probeTables } from '../../src/analysis/protocols/probe.js';
import { probeCommand } from '../../src/cli/probe/probe.js';
import { required } from '../../src/common/required.js';

// Files that pyarrow, pandas and polars wrote (fixtures/make_foreign.py), all of the same rows.
const foreign = (name: string) => join(import.meta.dirname, 'fixtures/foreign', `${name}.parquet`);
const ROWS = 40;
const WIDTH = 4;
const numbers = Array.from({ length: ROWS }, (_, i) => i);
const code = Float32Array.from({ length: ROWS * WIDTH }, (_, i) => ((i * 37) % 101) / 64 - 0.75);
const side = Int32Array.from(numbers, (i) => ((i * 7) % 5) % 2);
const words = Array.from(side, (each) => (each === 1 ? 'cat' : 'Hund 🐕'));
const eighths = Float64Array.from(numbers, (i) => i / 8);

const folder = await mkdtemp(join(tmpdir(), 'foreframe-foreign-'));
afterAll(() => rm(folder, { recursive: true, force: true }));

/** The answer of `foreframe probe --json`. */
async function probed(file: string, target: string, method: ProbeScore['method'] = 'logistic') {
  const log = vi.spyOn(console, 'log').mockImplementation(() => {});
  try {
    await probeCommand(file, { target, method, folds: 3, seed: 0, json: true });
    return JSON.parse(String(log.mock.calls[0]![0])).scores as ProbeScore[];
  } finally {
    log.mockRestore();
  }
}

describe('a Parquet file of another program', () => {
  it.each(['none', 'snappy', 'gzip', 'brotli', 'zstd', 'lz4'])(
    'is read, compressed with %s',
    async (codec) => {
      const { rows, layers, columns } = await readLatents(foreign(`codec-${codec}`));
      expect(rows).toBe(ROWS);
      expect(layers).toEqual({ code: { rows: ROWS, columns: WIDTH, data: code } });
      expect(columns).toEqual({ y: side, word: words });
    },
  );

  it('is read in the frames that Hadoop gives LZ4, and refused when one is cut', async () => {
    const framed = (bytes: Uint8Array) => {
      // Literals alone: a token of 15, the rest of the length in bytes of 255.
      const more = bytes.length - 15;
      const lengths = [...new Array(Math.floor(more / 255)).fill(255), more % 255];
      const block = Buffer.concat([Buffer.from([0xf0, ...lengths]), bytes]);
      const head = Buffer.alloc(8);
      head.writeUInt32BE(bytes.length, 0);
      head.writeUInt32BE(block.length, 4);
      return Buffer.concat([head, block]);
    };
    const path = join(folder, 'hadoop.parquet');
    const write = (compress: (bytes: Uint8Array) => Uint8Array) => {
      const columnData = [
        { name: 'x0', data: Float64Array.from(eighths), type: 'DOUBLE' as const, encoding: 'PLAIN' as const },
        { name: 'x1', data: Float64Array.from(eighths), type: 'DOUBLE' as const, encoding: 'PLAIN' as const },
      ];
      const codec = { codec: 'LZ4', compressors: { LZ4: compress } } as const;
      writeFileSync(path, Buffer.from(parquetWriteBuffer({ columnData, ...codec })));
    };
    write(framed);
    expect((await readLatents(path)).columns.x1).toEqual(eighths);
    write((bytes) => framed(bytes).subarray(0, 200));
    await expect(readLatents(path)).rejects.toThrow(/hadoop\.parquet is damaged \(a compressed page .*\)/);
  });

  it('gives whole numbers of every size, truths, text, categories and numbers as they are', async () => {
    const { columns } = await readLatents(foreign('types'), {
      columns: (await summariseLatents(foreign('types'))).columns.filter((name) => name !== 'bytes'),
    });
    for (const bits of [8, 16, 32, 64]) expect(columns[`int${bits}`]).toEqual(side.map((each) => each - 1));
    for (const bits of [8, 16])
      expect(columns[`uint${bits}`]).toEqual(side.map((each) => each + 2 ** (bits - 1)));
    expect(columns.uint32).toEqual(Float64Array.from(side, (each) => each + 2 ** 31));
    expect(columns.uint64).toEqual(side);
    expect(columns.bool).toEqual(side);
    // No two whole numbers become one class.
    expect(columns.beyond).toEqual(Array.from(side, (each) => String(2n ** 60n + BigInt(each))));
    expect(columns.ubeyond).toEqual(Array.from(side, (each) => String(2n ** 64n - 1n - BigInt(each))));
    for (const name of ['word', 'large_word', 'category']) expect(columns[name]).toEqual(words);
    for (const name of ['float16', 'float32', 'float64', 'decimal', 'seconds_ns', 'seconds_ms'])
      expect(columns[name], name).toEqual(eighths);
    expect(columns.date).toEqual(Float64Array.from(numbers, (i) => i * 86_400));
    await expect(readLatents(foreign('types'), { columns: ['bytes'] })).rejects.toThrow(
      /column bytes of it holds bytes that are no UTF-8 text/,
    );
  });

  it('gives lists of every kind as layers, over row groups and pages that end within a row', async () => {
    const { layers, columns } = await readLatents(foreign('lists'));
    expect(Object.keys(layers)).toEqual(['list32', 'list64', 'list16', 'large', 'fixed', 'required']);
    for (const layer of Object.values(layers))
      expect(layer).toEqual({ rows: ROWS, columns: WIDTH, data: code });
    expect(columns.y).toEqual(side);
  });

  it('gives numbered columns as a layer, without the one that is probed', async () => {
    const { layers } = await readLatents(foreign('columns'));
    expect(layers).toEqual({ x: { rows: ROWS, columns: WIDTH, data: code } });
    const [score] = await probed(foreign('columns'), 'y');
    expect(score).toMatchObject({ layer: 'x', testRows: ROWS });
    await expect(probed(foreign('columns'), 'x0', 'ridge')).rejects.toThrow(
      /the target is a part of layer x/,
    );
  });

  it('is read in every encoding, and refused when a page has another checksum', async () => {
    const { layers, columns } = await readLatents(foreign('encodings'));
    expect(required(layers, 'code').data).toEqual(code);
    expect(columns).toEqual({
      delta32: side,
      delta64: side.map((each) => 1000 * each),
      lengths: words,
      prefixes: words,
      split: eighths,
      truth: side,
    });
  });

  it.each(['pandas', 'polars', 'pyarrow'])(
    'is accepted with the label that %s added to one of ours',
    async (by) => {
      const { layers, columns, metadata } = await readLatents(foreign(by));
      expect(layers.code).toEqual({ rows: ROWS, columns: WIDTH, data: code });
      expect(columns['label.side']).toEqual(words);
      expect(columns['latent.place']).toEqual(eighths);
      expect(metadata.layers).toEqual({ code: [WIDTH] });
      const [score] = await probed(foreign(by), 'side');
      expect(score!.classes).toEqual([
        { name: 'Hund 🐕', rows: words.filter((word) => word !== 'cat').length },
        { name: 'cat', rows: words.filter((word) => word === 'cat').length },
      ]);
    },
  );

  it('is probed with the answers of the plain numbers, whatever its labels are', async () => {
    const plain = { rows: ROWS, layers: { code: { rows: ROWS, columns: WIDTH, data: code } } };
    const table = { ...plain, columns: { 'label.y': side } };
    const how = { layer: 'code', time: 1, seed: 0 } as const;
    const expected = probeFolds(table, 3, { ...how, method: 'logistic', target: 'y' });
    for (const target of ['int64', 'uint32', 'bool', 'beyond', 'word', 'category', 'whole']) {
      const [score] = await probed(foreign('types'), target);
      expect(score!.score, target).toEqual(expected.score);
      expect(score!.chosen, target).toEqual(expected.chosen);
    }
    const angle = { ...plain, columns: { angle: eighths } };
    const ridge = probeFolds(angle, 3, {
      ...how,
      method: 'ridge',
      target: { name: 'a', columns: ['angle'] },
    });
    for (const target of ['float16', 'float64', 'decimal', 'seconds_ns'])
      expect((await probed(foreign('types'), target, 'ridge'))[0]!.score).toEqual(ridge.score);
  });

  it('tells classes by name between two tables, and text from numbers', async () => {
    const known = await readLatents(foreign('codec-none'));
    const options = { layer: 'code', time: 1, method: 'knn', target: 'word' } as const;
    const same = probeTables(known, known, options);
    // The other table has the words in another order, and one that is new.
    const turned = { ...known, columns: { word: words.map((word) => (word === 'cat' ? 'cat' : 'aaa')) } };
    const other = probeTables(known, turned, options);
    expect(other.hits!.map((hit, i) => (words[i] === 'cat' ? hit : 0))).toEqual(
      same.hits!.map((hit, i) => (words[i] === 'cat' ? hit : 0)),
    );
    expect(other.hits!.some((hit, i) => hit === 1 && words[i] !== 'cat')).toBe(false);
    const mixed = { ...known, columns: { word: side } };
    expect(() => probeTables(known, mixed, options)).toThrow(
      /word is text in one table and numbers in the other/,
    );
  });
});

describe('what is not there', () => {
  it.each(['int32', 'int64', 'word', 'category', 'bool', 'float'])(
    'a null in %s is named with its row',
    async (column) => {
      await expect(readLatents(foreign('nulls'), { columns: [column], layers: [] })).rejects.toThrow(
        `${foreign('nulls')}: ${column} is null in row 3: leave such rows out`,
      );
    },
  );

  it.each([
    ['whole', /layer whole is null in row 3/],
    ['element', /an activation of element is null in row 3/],
    ['short', /short has 2 activations in row 3, not 4/],
    ['empty', /empty has 0 activations in row 3, not 4/],
  ])('in layer %s it is named', async (layer, words) => {
    await expect(readLatents(foreign('nulls'), { layers: [layer], columns: [] })).rejects.toThrow(words);
  });

  it('is refused by the probe in clips and target alike', async () => {
    await expect(probed(foreign('nulls'), 'y')).rejects.toThrow(/clip is null in row 3/);
    await expect(probed(foreign('nulls'), 'float', 'ridge')).rejects.toThrow(/(clip|float) is null in row 3/);
  });

  it('a class of few clips is named before anything is fitted', async () => {
    for (const method of ['logistic', 'svm'] as const)
      await expect(probed(foreign('rare'), 'y', method)).rejects.toThrow(
        /^class 1 has 2 clips: too few for 3 folds and the choice of C/,
      );
  });

  it('no name is offered in its own place, and numbers are no classes', async () => {
    await expect(probed(foreign('types'), 'wrd')).rejects.toThrow(/no target wrd: did you mean word\?/);
    await expect(probed(foreign('types'), 'float64')).rejects.toThrow(
      /float64 is 0\.125 in row 1: that is not a class; probe it with --method ridge/,
    );
    await expect(probed(foreign('types'), 'word', 'ridge')).rejects.toThrow(/word is text \(Hund 🐕\)/);
    await expect(probed(foreign('types'), 'beyond', 'ridge')).rejects.toThrow(
      /beyond holds whole numbers beyond 2\^53/,
    );
  });
});
