import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { firstValueFrom, lastValueFrom, toArray } from 'rxjs';
import { beforeAll, describe, expect, it } from 'vitest';
import { type Latents, readLatents } from '../../src/analysis/latents/readLatents.js';
import {
  Demand,
  type Embedding,
  type ExtractionOptions,
  embeddings,
  extract,
  fromBytes,
  loadRun,
  probe,
  pull,
  readFrames,
  train,
} from '../../src/index.js';
import { ffmpeg, temporaryFolder } from '../video/makeVideo.js';

const folder = temporaryFolder();
const at = (name: string) => join(folder, name);
const run = at('run');
const RATE = 10;
/** 4.7 seconds: neither whole seconds, nor whole stretches of frames. */
const FRAMES = 47;
const long = at('long.mkv');
const layers = ['lstm.h', 'lstm.c', 'encoder.1', 'pixels'];

/** Frames `from` up to `to` of a video as a file of their own, without loss. */
function cut(name: string, from: number, to: number): string {
  const select = `trim=start_frame=${from}:end_frame=${to},setpts=PTS-STARTPTS`;
  ffmpeg('-i', long, '-vf', select, '-c:v', 'ffv1', at(name));
  return at(name);
}

let files = 0;
async function rowsOf(options: Omit<ExtractionOptions, 'out'>): Promise<Latents> {
  const out = at(`rows${files++}.parquet`);
  await extract(run, { layers, ...options, out });
  return readLatents(out);
}

/** Rows by number, of layers and errors: what a video's content alone decides. */
function contentOf({ layers: found, columns }: Latents, rows: readonly number[]) {
  const matrices = Object.entries(found).map(([name, { columns: width, data }]) => [
    name,
    rows.map((row) => [...data.subarray(row * width, (row + 1) * width)]),
  ]);
  return { ...Object.fromEntries(matrices), error: rows.map((row) => columns.prediction_error![row]) };
}

const upTo = (count: number, from = 0) => Array.from({ length: count }, (_, i) => from + i);
const mean = (values: readonly number[]) => values.reduce((a, b) => a + b, 0) / values.length;

let all: Latents;
let short: string;

beforeAll(async () => {
  const source = `testsrc2=size=64x48:rate=${RATE}:duration=${FRAMES / RATE}`;
  ffmpeg('-f', 'lavfi', '-i', source, '-pix_fmt', 'yuv420p', '-c:v', 'ffv1', long);
  short = cut('short.mkv', 0, 9);
  await train({
    config: {
      name: 'mine',
      data: { videos: [long], width: 24, height: 20, steps: 5, split: { train: 0.6, validation: 0.2 } },
      model: { name: 'pgn', filters: [4, 4], lstm: 8, output: 'residual' },
      training: { batch: 3, steps: 6 },
    },
    folder: run,
  });
  all = await rowsOf({ data: long, every: 'frame' });
});

describe('a video that is followed', () => {
  it('has a row for each frame, with its time and the error of what was expected of it', async () => {
    expect(all.rows).toBe(FRAMES);
    expect(all.metadata).toMatchObject({ every: 'frame', layers: { 'lstm.h': [8], pixels: [20, 24, 1] } });
    expect(new Set(all.columns.file as string[])).toEqual(new Set([long]));
    expect([...all.columns.frame!]).toEqual(upTo(FRAMES));
    expect([...all.columns.seconds!].map(Number)).toEqual(
      upTo(FRAMES).map((i) => expect.closeTo(i / RATE, 2)),
    );
    const { predictor, config, dispose } = await loadRun(run);
    const { width, height, color, fit } = config.data;
    let expected: Float32Array | undefined;
    for await (const { index, data } of readFrames(long, { width, height, color, fit })) {
      const frame = fromBytes(data);
      const error = expected && mean([...frame].map((value, i) => (value - expected![i]!) ** 2));
      const found = Number(all.columns.prediction_error![index]);
      if (error === undefined) expect(found).toBeNaN();
      else expect(found).toBeCloseTo(error, 6);
      const pixels = all.layers.pixels!.data.subarray(index * frame.length, (index + 1) * frame.length);
      expect([...pixels]).toEqual([...frame]);
      expected = await predictor.watch(frame);
    }
    await dispose();
    // Something moves, and six steps have not taught how.
    expect(mean([...all.columns.prediction_error!].slice(1).map(Number))).toBeGreaterThan(1e-4);
  });

  it('carries its memory on: what clips of all its frames hold', async () => {
    const clip = await rowsOf({ data: long, steps: FRAMES, times: 'all' });
    expect(clip.rows).toBe(FRAMES);
    for (const layer of layers) {
      const [now, then] = [all.layers[layer]!.data, clip.layers[layer]!.data];
      expect(now.length).toBe(then.length);
      expect(Math.max(...now.map((value, i) => Math.abs(value - then[i]!))), layer).toBeLessThan(1e-5);
    }
  });

  // To the last bit: what comes before an empty memory cannot be seen in what comes after.
  it('has the rows of a part of it that is a video of its own', async () => {
    const part = await rowsOf({ data: cut('part.mkv', 13, 36), every: 'frame' });
    const within = await rowsOf({ data: [{ video: long, from: 1.3, to: 3.6 }], every: 'frame' });
    expect([part.rows, within.rows]).toEqual([23, 23]);
    expect(contentOf(part, upTo(23))).toEqual(contentOf(within, upTo(23)));
    expect(within.columns.frame).toEqual(part.columns.frame);
    expect(within.columns.seconds![0]).toBeCloseTo(1.3, 2);
    // And not those of a memory that began earlier, but for pixels.
    const { pixels, ...held } = contentOf(all, upTo(23, 13));
    expect(pixels).toEqual(contentOf(part, upTo(23)).pixels);
    expect(held['lstm.h']).not.toEqual(contentOf(part, upTo(23))['lstm.h']);
  });

  it('has a row at the end of each clip, as if it were a video', async () => {
    const clips = await rowsOf({ data: long, every: 'clip', steps: 11 });
    expect(clips.rows).toBe(4);
    expect([...clips.columns.clip!]).toEqual([0, 1, 2, 3]);
    expect([...clips.columns.frame!]).toEqual([10, 21, 32, 43]);
    const third = await rowsOf({ data: cut('third.mkv', 22, 33), every: 'video' });
    expect(contentOf(third, [0])).toEqual(contentOf(clips, [2]));
    expect(third.columns.mean_prediction_error).toEqual(clips.columns.mean_prediction_error!.slice(2, 3));
  });

  it('has at the end of each second the row of that frame, and the mean error since the one before', async () => {
    const seconds = await rowsOf({ data: long, every: '0.5s' });
    const ends = [4, 9, 14, 19, 24, 29, 34, 39, 44, 46];
    expect([...seconds.columns.frame!]).toEqual(ends);
    expect(contentOf(seconds, upTo(10))).toEqual(contentOf(all, ends));
    const errors = [...all.columns.prediction_error!].map(Number);
    const means = ends.map((end, i) => mean(errors.slice(Math.max(1, (ends[i - 1] ?? -1) + 1), end + 1)));
    [...seconds.columns.mean_prediction_error!].forEach((value, i) => {
      expect(value).toBeCloseTo(means[i]!, 9);
    });
  });

  it('is one of several, with what is known of each', async () => {
    const two = await rowsOf({
      data: [
        { video: short, columns: { person: 'ann', age: 31, weight: 60.5 } },
        { video: long, to: 1.2, columns: { person: 'bo', age: 7 } },
        short,
      ],
      every: 'frame',
      layers: ['lstm.h'],
    });
    expect(two.rows).toBe(9 + 12 + 9);
    expect([...two.columns.clip!]).toEqual([
      ...new Array(9).fill(0),
      ...new Array(12).fill(1),
      ...new Array(9).fill(2),
    ]);
    expect(contentOf(two, upTo(9, 21))).toEqual(contentOf(two, upTo(9)));
    expect(contentOf(two, upTo(12, 9))['lstm.h']).toEqual(contentOf(all, upTo(12))['lstm.h']);
    expect([...two.columns.person!].filter((_, row) => row % 10 === 0)).toEqual(['ann', 'bo', 'bo']);
    expect([two.columns.age![0], two.columns.age![9], two.columns.age![29]]).toEqual([31, 7, Number.NaN]);
    expect([two.columns.weight![8], two.columns.weight![9]]).toEqual([60.5, Number.NaN]);
  });

  it('can be probed for what is known of it, the rows of a video together', async () => {
    const data = [short, long, short, long].map((video) => ({
      ...{ video, to: 0.8, columns: { people: video === short ? 1 : 2 } },
    }));
    const out = at('probed.parquet');
    await extract(run, { data, every: 'frame', layers: ['lstm.h'], out });
    const probed = await probe(out, { target: 'people', method: 'ridge', layer: 'lstm_h', folds: 4 });
    expect(probed).toMatchObject({
      kind: 'scores',
      byClip: true,
      scores: [{ layer: 'lstm.h', testRows: 32 }],
    });
  });

  it('refuses columns of its own rows for those of a person', async () => {
    const twice = rowsOf({ data: [{ video: long, columns: { source: 'x' } }], every: 'video' });
    await expect(twice).rejects.toThrow(
      'file and source would both be the column source of the file: rename one',
    );
    expect(existsSync(at(`rows${files - 1}.parquet.partial`))).toBe(false);
  });
});

describe('embeddings', () => {
  it('are the rows of the file, one by one', async () => {
    const videos = [{ video: long, columns: { person: 'ann' } }];
    const rows = await lastValueFrom(embeddings(run, { videos, layers: ['lstm.h'] }).pipe(toArray()));
    expect(rows.length).toBe(FRAMES);
    const { columns: width, data } = all.layers['lstm.h']!;
    rows.forEach((row, i) => {
      const error = Number(all.columns.prediction_error![i]);
      expect(row).toEqual({
        source: long,
        clip: 0,
        frame: i,
        time: all.columns.seconds![i],
        ...(i > 0 && { predictionError: error }),
        columns: { person: 'ann' },
        layers: { 'lstm.h': data.slice(i * width, (i + 1) * width) },
      });
    });
    const second = await firstValueFrom(embeddings(run, { videos: [long], every: '1s', layers: ['lstm.h'] }));
    expect(second).toMatchObject({ frame: 9, meanPredictionError: expect.any(Number) });
  });

  it('wait for whoever asks for them, and end when nobody does', async () => {
    const demand = new Demand();
    const endless = 'lavfi:testsrc2=size=64x48:rate=25';
    const rows = embeddings(run, { videos: [endless], layers: ['lstm.h'], demand });
    let came = 0;
    const subscription = rows.subscribe(() => came++);
    const release = demand.hold();
    await expect.poll(() => came, { timeout: 20_000 }).toBe(1);
    await new Promise((resolve) => setTimeout(resolve, 300));
    expect(came).toBe(1);
    release();
    await expect.poll(() => came, { timeout: 20_000 }).toBeGreaterThan(20);
    subscription.unsubscribe();
    const seen: Embedding[] = [];
    for await (const row of pull(rows, demand, { prefetch: 1 })) if (seen.push(row) === 3) break;
    expect(seen.map(({ frame }) => frame)).toEqual([0, 1, 2]);
    await new Promise((resolve) => setTimeout(resolve, 300));
    const after = came;
    await new Promise((resolve) => setTimeout(resolve, 100));
    expect(came).toBe(after);
  });

  it('say what is wrong in one line', async () => {
    const failure = (options: Parameters<typeof embeddings>[1]) => lastValueFrom(embeddings(run, options));
    await expect(failure({ videos: [at('none.mp4')] })).rejects.toThrow(/no file or folder .*none\.mp4/);
    await expect(failure({ layers: ['lstm.x'] })).rejects.toThrow(/no layer lstm\.x; it has lstm\.h/);
    await expect(failure({ videos: [{ video: long, from: 3, to: 2 }] })).rejects.toThrow(
      /long\.mkv: to = 2 s lies not after from = 3 s/,
    );
    await expect(failure({ videos: [{ video: long, from: 9 }] })).rejects.toThrow(
      /long\.mkv ends after 4\.70 s/,
    );
  });
});
