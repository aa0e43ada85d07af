import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { parquetWriteBuffer } from 'hyparquet-writer';
import { parseHTML } from 'linkedom';
import { beforeAll, describe, expect, it } from 'vitest';
import { readAnalysis, writeAnalysis } from '../../src/analysis/battery/runAnalysis.js';
import type { LatentsMetadata } from '../../src/analysis/latents/latentsFile.js';
import { LatentsWriter } from '../../src/analysis/latents/latentsWriter.js';
import { Random } from '../../src/common/random.js';
import { expectRefusal, foreframe, TINY_ARRAYS, temporaryFolder } from './foreframe.js';
import { keptForeframe } from './keptForeframe.js';

const folder = temporaryFolder();
const at = (name: string) => join(folder, name);
const run = at('run');
const kept = keptForeframe();
const keptForAnalyses = keptForeframe('main-thread');
const CLIPS = 20;

/** Latents whose first number is the place, and whose label is its sign. */
async function writeLatents(
  path: string,
  change: { oneClass?: boolean; constant?: boolean } = {},
): Promise<void> {
  const random = Random.for(3, path.slice(-8));
  const place = Float64Array.from({ length: CLIPS }, () => (change.constant ? 2 : random.normal()));
  const data = Float32Array.from({ length: CLIPS * 4 }, (_, i) =>
    i % 4 === 0 ? place[i / 4]! : random.normal(),
  );
  const metadata: LatentsMetadata = {
    run: 'run',
    model: 'pgn',
    config: '',
    seed: 1,
    step: 0,
    weights: 'random',
    data: 'made here',
    split: 'test',
    clipLength: 1,
    times: [1],
    pool: 'none',
    layers: { code: [4] },
  };
  const writer = await LatentsWriter.open(path, metadata);
  await writer.write({
    rows: CLIPS,
    columns: {
      clip: Int32Array.from({ length: CLIPS }, (_, i) => i),
      time: new Int32Array(CLIPS).fill(1),
      'latent.place': place,
      'label.side': Int32Array.from(place, (value) => (value > 0 && !change.oneClass ? 1 : 0)),
    },
    layers: { code: { rows: CLIPS, columns: 4, data } },
  });
  await writer.finish();
}

beforeAll(async () => {
  const settings = ['--set', 'training.steps=4', '--set', 'training.checkpointEvery=2'];
  const trained = await kept(['train', 'demo', ...TINY_ARRAYS, ...settings, '--run', run]);
  expect(trained.code, trained.stderr).toBe(0);
  await writeLatents(at('a.parquet'));
  await writeLatents(at('b.parquet'));
  await writeLatents(at('one.parquet'), { oneClass: true });
  await writeLatents(at('still.parquet'), { constant: true });
  const other = parquetWriteBuffer({ columnData: [{ name: 'x', data: [1, 2, 3], type: 'INT32' }] });
  writeFileSync(at('other.parquet'), Buffer.from(other));
}, 600_000);

const probe = (file: string, ...args: string[]) => kept(['probe', at(file), ...args], { cwd: folder });

describe('foreframe probe', () => {
  it('reads a latent variable, across folds and on another file', async () => {
    const args = ['--target', 'place', '--method', 'ridge', '--json'];
    for (const where of [
      ['--folds', '4'],
      ['--test', at('b.parquet')],
    ]) {
      const { code, stdout, stderr } = await probe('a.parquet', ...args, ...where);
      expect(code, stderr).toBe(0);
      const [score] = JSON.parse(stdout).scores;
      expect(score).toMatchObject({ layer: 'code', time: 1, metric: 'R²', target: 'place', testRows: CLIPS });
      expect(score.score.value).toBeGreaterThan(0.95);
    }
  });

  it('reads a label, as a table for people', async () => {
    const { code, stdout } = await probe(
      'a.parquet',
      '--target',
      'side',
      '--method',
      'logistic',
      '--folds',
      '3',
    );
    expect(code).toBe(0);
    expect(stdout).toMatch(/^layer +time +accuracy of side .*most frequent +C\n/);
    expect(stdout).toMatch(/3 folds of .*a\.parquet, no clip on both sides; 95 % intervals/);
  });

  it('reads a label with few labels of each class, better with more of them', async () => {
    const args = ['--target', 'side', '--method', 'svm', '--test', at('b.parquet'), '--shots', '1,5'];
    const { code, stdout, stderr } = await probe('a.parquet', ...args, '--json');
    expect(code, stderr).toBe(0);
    const [one, five] = JSON.parse(stdout).scores;
    expect(one).toMatchObject({ layer: 'code', time: 1, shots: 1 });
    expect(five.draws).toHaveLength(5);
    expect(five.accuracy.value).toBeGreaterThan(0.7);
    expect(five.accuracy.value).toBeGreaterThan(one.accuracy.value);
    const { stdout: table } = await probe('a.parquet', ...args);
    expect(table).toMatch(
      /^layer +time +labels of each side +accuracy +from +to +worst draw +best draw +C\n/,
    );
    expect(table).toMatch(/labels drawn 5 times from .*a\.parquet, tested on .*b\.parquet/);
  });

  it('reads latents of a real run at each time', async () => {
    const out = at('balls.parquet');
    const args = ['--clips', '12', '--times', '2,4', '--layers', 'lstm.h,pixels', '--out', out];
    expect(await kept(['extract', run, 'bouncing-balls', ...args])).toMatchObject({ code: 0 });
    const asked = ['--target', 'position', '--method', 'ridge', '--folds', '3', '--json'];
    // In a process of its own, as a person does it.
    const { code, stdout, stderr } = await foreframe(['probe', out, ...asked]);
    expect(code, stderr).toBe(0);
    const scores: { layer: string; time: number }[] = JSON.parse(stdout).scores;
    expect(scores.map(({ layer, time }) => `${layer} ${time}`)).toEqual([
      'lstm.h 2',
      'lstm.h 4',
      'pixels 2',
      'pixels 4',
    ]);
  });
});

describe('foreframe analyse and compare', () => {
  it('measure a run from its clips to one page, and several in one table', async () => {
    const out = at('balls.html');
    const size = ['--clips', '12', '--steps', '4'];
    const { code, stdout, stderr } = await keptForAnalyses(['analyse', run, ...size, '--out', out]);
    expect(code, stderr).toBe(0);
    expect(stdout).toContain('learned on 12 clips');
    expect(stdout).toContain('left out: Identification: it needs data that can show new people');
    expect(existsSync(join(run, 'analysis.json'))).toBe(false);
    const { document } = parseHTML(readFileSync(out, 'utf8'));
    const titles = [...document.querySelectorAll('h3')].map(({ textContent }) => textContent);
    expect(titles).toEqual(
      expect.arrayContaining(['position: what can be read linearly', 'velocity: what can be read linearly']),
    );
    // A curve for each variable; two test clips make no map.
    expect(readFileSync(out, 'utf8').match(/role="img"/g)).toHaveLength(2);

    const analysis = await readAnalysis(at('balls.json'));
    expect(analysis.sources).toEqual(['lstm.h', 'lstm.c', 'lstm.h, random weights', 'raw pixels']);
    expect(analysis.regression.filter(({ variable }) => variable === 'position')).toHaveLength(4 * 4);
    await writeAnalysis(at('second.json'), { ...analysis, seed: analysis.seed + 1, run: 'second' });
    await writeAnalysis(at('other.json'), { ...analysis, pipeline: 'other' });
    const files = ['balls.json', 'second.json', 'other.json'].map(at);
    const compared = await kept(['compare', ...files, '--out', at('compared.html')]);
    expect(compared.code, compared.stderr).toBe(0);
    expect(compared.stdout).toMatch(/Scores: what is known of the clips\nruns +seeds +position/);
    // The same numbers under another name differ by nothing.
    expect(compared.stdout).toMatch(/\nother +0\.00 \(0\.00 … 0\.00\)/);
    expect(readFileSync(at('compared.html'), 'utf8')).toMatch(
      /not distinguishable in position \([^)]+\); velocity \(/,
    );
  }, 600_000);
});

describe('bad input', () => {
  it.each([
    ['a.parquet', ['--target', 'plaice', '--method', 'ridge'], 2, /no target plaice: did you mean place\?/],
    [
      'a.parquet',
      ['--target', 'place', '--method', 'svm'],
      2,
      /place is a latent variable: .*--method ridge/,
    ],
    ['a.parquet', ['--target', 'side', '--method', 'ridge'], 2, /side is a label/],
    [
      'a.parquet',
      ['--target', 'side', '--method', 'knn', '--layer', 'codes'],
      2,
      /has no layer codes; it has code/,
    ],
    [
      'a.parquet',
      ['--target', 'side', '--method', 'knn', '--time', '9'],
      2,
      /no rows of time 9; times with rows: 1/,
    ],
    [
      'a.parquet',
      ['--target', 'side', '--method', 'knn', '--folds', '30'],
      1,
      /20 clips .* fewer than 30 folds/,
    ],
    ['a.parquet', ['--target', 'side', '--method', 'svm', '--shots', '1'], 2, /give --method svm and --test/],
    [
      'a.parquet',
      ['--target', 'side', '--method', 'svm', '--shots', '0'],
      2,
      /--shots .* an integer from 1 on/,
    ],
    [
      'a.parquet',
      ['--target', 'side', '--method', 'svm', '--shots', '1,30', '--test', 'b.parquet'],
      1,
      /no 30 rows of every side are left/,
    ],
    ['one.parquet', ['--target', 'side', '--method', 'svm'], 1, /all training rows have side 0/],
    [
      'still.parquet',
      ['--target', 'place', '--method', 'ridge'],
      1,
      /latent\.place is 2 in all training rows/,
    ],
    ['other.parquet', ['--target', 'place', '--method', 'ridge'], 1, /Parquet file of another program/],
    ['none.parquet', ['--target', 'place', '--method', 'ridge'], 1, /there is no file .*none\.parquet/],
  ])('probe %s %j exits with %d', async (file, args, code, words) => {
    expectRefusal(await probe(file, ...args), code, words);
  });

  it.each([
    [['analyse', 'missing'], 1, /missing/],
    [['analyse', run, '--out', 'page.txt'], 2, /end the name in \.html/],
    [['analyse', run, '--map', 'tsne'], 2, /choose from pca, mds, umap/],
    [
      ['analyse', run, '--data', 'balls'],
      2,
      /known what generated them: give --data with one of bouncing-balls/,
    ],
    [
      ['analyse', run, '--layers', 'lstm.x', '--clips', '4', '--out', at('x.html')],
      2,
      /no layer lstm\.x; it has lstm\.h/,
    ],
    [['compare', at('a.parquet.json'), '--out', at('x.html')], 1, /cannot read .*a\.parquet\.json/],
  ])('%j exits with %d', async (args, code, words) => {
    expectRefusal(await keptForAnalyses(args, { cwd: folder }), code, words);
  });
});
