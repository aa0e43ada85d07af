import { appendFileSync, existsSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import sharp from 'sharp';
import { beforeAll, describe, expect, it } from 'vitest';
import { type CompareCommandOptions, compareCommand } from '../../src/cli/analyse/compare.js';
import { analysis, compareRuns, evaluate, train } from '../../src/index.js';
import { elements, imagesOf } from '../report/drawings.js';
import { quickFfmpeg } from '../video/codedVideo.js';
import { testVideo } from '../video/makeVideo.js';
import { expectRefusal, temporaryFolder } from './foreframe.js';
import { keptForeframe } from './keptForeframe.js';

quickFfmpeg();

const kept = keptForeframe();
const folder = temporaryFolder();
const at = (name: string) => join(folder, name);
const [a, b, wide] = ['a', 'b', 'wide'].map(at) as [string, string, string];

interface Answer {
  readonly runs: readonly { readonly name: string; readonly figures: Record<string, number> }[];
  readonly differences: readonly {
    readonly run: string;
    readonly figure: string;
    readonly paired: boolean;
    readonly value: number;
    readonly low: number;
    readonly high: number;
    readonly verdict: string;
  }[];
}

function trainClips(name: string, ...set: string[]) {
  const small = [
    'data.width=16',
    'data.height=12',
    'data.steps=3',
    'data.shuffle=8',
    'model={name: conv-lstm, channels: [4]}',
  ];
  const budget = [
    'training.batch=2',
    'training.seconds=null',
    'training.steps=6',
    'training.validateEvery=3',
  ];
  const all = [...small, ...budget, 'evaluation.horizon=3', ...set];
  return train({ pipeline: 'video', videos: [at('my.mp4')], folder: at(name), set: all });
}

beforeAll(async () => {
  testVideo(at('my.mp4'), 'testsrc=s=64x48:r=10:d=24', '-c:v', 'libx264');
  await trainClips('a');
  await trainClips('b', 'seed=2', 'training.learningRate=0.1');
  await trainClips('wide', 'data.width=24');
});

async function compared(...paths: string[]): Promise<Answer> {
  const outcome = await kept(['compare', ...paths, '--out', at('page.html'), '--json']);
  expect(outcome.code, outcome.stderr).toBe(0);
  return JSON.parse(outcome.stdout) as Answer;
}

describe('foreframe compare, of runs on videos of your own', () => {
  it('gives the figures of evaluate, with paired intervals over the same test clips', async () => {
    const { runs, differences } = await compared(a, b);
    const answer = await evaluate(a);
    if (answer.kind !== 'clips') throw new Error('it learned from clips');
    const { trained, rollout } = answer.evaluation;
    const { figures } = runs[0]!;
    expect(figures.MSE).toBeCloseTo(trained.model.meanSquaredError.mean, 12);
    expect(figures['PSNR dB']).toBeCloseTo(trained.model.psnr.mean, 9);
    expect(figures.SSIM).toBeCloseTo(trained.model.ssim!.mean, 9);
    expect(figures['rollout MSE']).toBeCloseTo(rollout!.model.meanSquaredError.mean, 12);

    // The same interval, from the scores that are kept.
    const scores = [a, b].map((run) => {
      const stored = JSON.parse(readFileSync(join(run, 'test-scores.json'), 'utf8'));
      return stored.nextFrame.model.meanSquaredError as number[];
    });
    expect(scores[0]).toHaveLength(trained.clips);
    const { value, low, high } = analysis.pairedDifference(scores[1]!, scores[0]!);
    const found = differences.find(({ figure }) => figure === 'MSE')!;
    expect(found).toMatchObject({ run: 'b', paired: true, value, low, high });
    expect(value).toBeCloseTo(runs[1]!.figures.MSE! - figures.MSE!, 12);
    expect(['better', 'worse', 'open', 'tie']).toContain(found.verdict);
  });

  it('prints copy-last below the names of its figures', async () => {
    const { stdout } = await kept(['compare', a, b, '--out', at('page.html')]);
    const answer = await evaluate(a);
    if (answer.kind !== 'clips') throw new Error('it learned from clips');
    const { copyLast } = answer.evaluation.trained;
    const [head, row] = ['run', 'copy-last'].map((name) =>
      stdout
        .split('\n')
        .find((line) => line.startsWith(`${name} `))!
        .split(/ {2,}/)
        .map((cell) => cell.trim()),
    ) as [string[], string[]];
    // Seed and step of copy-last are empty.
    const printed = (name: string) => Number(row[head.indexOf(name) - 2]);
    expect(row).toHaveLength(head.length - 2);
    expect(printed('MSE')).toBeCloseTo(copyLast.meanSquaredError.mean, 3);
    expect(printed('PSNR dB')).toBeCloseTo(copyLast.psnr.mean, 0);
    expect(printed('SSIM')).toBeCloseTo(copyLast.ssim!.mean, 2);
    const cells = elements(readFileSync(at('page.html'), 'utf8'), 'tr')
      .map((each) => [...each.querySelectorAll('th, td')].map(({ textContent }) => textContent!))
      .find(([name]) => name === 'copy-last')!;
    expect(Number.parseFloat(cells[head.indexOf('PSNR dB')]!)).toBeCloseTo(copyLast.psnr.mean, 0);
  });

  it('shows the same clip as each expects it, and a run in one colour in every plot', async () => {
    const html = readFileSync(at('page.html'), 'utf8');
    const { format, pages, width } = await sharp(imagesOf(html)[0], { animated: true }).metadata();
    // Two of three true frames are predicted, then three frames ahead; truth and two runs side by side.
    expect({ format, pages }).toEqual({ format: 'webp', pages: 2 + 3 });
    expect(width).toBeGreaterThan(3 * 128);
    const colours = new Map<string, Set<string>>();
    for (const text of elements(html, 'svg text[font-weight]')) {
      const name = text.textContent!;
      colours.set(name, (colours.get(name) ?? new Set()).add(text.getAttribute('fill')!));
    }
    expect([...colours.keys()].sort()).toEqual(['a', 'b', 'copy-last']);
    for (const [name, own] of colours) expect([...own], name).toHaveLength(1);
    expect(colours.get('a')).not.toEqual(colours.get('b'));
    // Rollout, validation error and training loss.
    expect(elements(html, 'svg[aria-label]').length).toBeGreaterThanOrEqual(3);
    for (const text of ['Settings that differ', 'training.learningRate', 'Difference to a'])
      expect(html).toContain(text);
  });

  it('measures nothing again, calls equal readings ties, and says where test clips are not the same', async () => {
    const before = statSync(join(a, 'test-scores.json')).mtimeMs;
    const stored = JSON.parse(readFileSync(join(a, 'test-scores.json'), 'utf8'));
    const { differences } = await compareRuns([a, wide], { out: at('page.html') });
    expect(statSync(join(a, 'test-scores.json')).mtimeMs).toBe(before);
    expect(differences.every(({ paired }) => !paired)).toBe(true);
    expect(new Set(differences.map(({ verdict }) => verdict))).toEqual(new Set(['unlike']));
    const html = readFileSync(at('page.html'), 'utf8');
    expect(html).toContain('wide was tested on other data than a, so this does not say which is better');
    expect(html).toContain('copy-last on the clips of wide');
    expect(html).not.toMatch(/<strong>/);
    expect(readFileSync(at('page.html'), 'utf8')).toContain('Not shown: wide.');
    // Scores of other weights are out of date.
    writeFileSync(join(a, 'test-scores.json'), JSON.stringify({ ...stored, weights: 'others' }));
    await compareRuns([a, b], { out: at('again.html') });
    expect(JSON.parse(readFileSync(join(a, 'test-scores.json'), 'utf8'))).toEqual(stored);
    // Last digits decide nothing.
    const almost = structuredClone(stored);
    almost.weights = JSON.parse(readFileSync(join(b, 'test-scores.json'), 'utf8')).weights;
    almost.nextFrame.model.meanSquaredError = stored.nextFrame.model.meanSquaredError.map(
      (score: number) => score * (1 + 1e-9),
    );
    writeFileSync(join(b, 'test-scores.json'), JSON.stringify(almost));
    const twins = await compareRuns([a, b], { out: at('twins.html') });
    const found = twins.differences.find(({ figure }) => figure === 'MSE')!;
    expect(found.interval!.low).toBeGreaterThan(0);
    expect(found.verdict).toBe('tie');
    rmSync(join(b, 'test-scores.json'));
  });
});

describe('foreframe compare, of runs on images', () => {
  it('gives their test errors with paired intervals, and refuses to mix them with runs on clips', async () => {
    const set = ['model={name: cnn, blocks: [{filters: 2}, {filters: 2}]}', 'evaluation.batch=1000'];
    const tiny = [...set, 'training={steps: 2, labelled: 10, unlabelled: 0}', 'method={name: supervised}'];
    const pipeline = 'classify-mnist-100-labels-nrm';
    // As many threads as the engines of this process have.
    for (const seed of [1, 2])
      await train({ pipeline, folder: at(`i${seed}`), set: [...tiny, 'threads=null', `seed=${seed}`] });
    // A process computes in one way: runs that were trained in others are compared all the same.
    appendFileSync(at('i2/config.yaml'), 'threads: 1\n');
    const { kind, figures, differences } = await compareRuns([at('i1'), at('i2')], {
      out: at('images.html'),
    });
    expect({ kind, names: figures.map(({ name }) => name) }).toEqual({
      kind: 'images',
      names: ['test error %'],
    });
    const errors = figures[0]!.scores.map((each) => each!.values.reduce((x, y) => x + y) / 10_000);
    for (const [at_, error] of errors.entries()) {
      const stored = JSON.parse(readFileSync(at(`i${at_ + 1}/evaluation.json`), 'utf8'));
      expect(error).toBeCloseTo(stored.testError, 9);
    }
    expect(differences[0]!.paired).toBe(true);
    expect(differences[0]!.interval!.value).toBeCloseTo(errors[1]! - errors[0]!, 9);
    await expect(compareRuns([a, at('i1')])).rejects.toThrow(
      `${a} learned from clips and ${at('i1')} classifies images: compare runs of one kind`,
    );
  });
});

describe('foreframe compare refuses in one line, before anything is measured', () => {
  const out = at('never.html');
  it.each<[readonly string[], Partial<CompareCommandOptions>, RegExp]>([
    [[a], {}, /alone cannot be compared: name two runs or more/],
    [[a, `${a}/.`], {}, /stands there twice/],
    [[a, at('my.mp4')], {}, /is a file, not a run folder/],
    [[a, b], { out: at('page.pdf') }, /end the name in \.html/],
    [[a, b], { latents: true }, /an analysis needs clips of which is known what generated them/],
    [[a, b], { clips: 5 }, /an analysis needs clips/],
  ])('%j %j', async (paths, options, message) => {
    await expect(compareCommand(paths, { out, ...options })).rejects.toThrow(message);
    expect(existsSync(out)).toBe(false);
  });

  it('on the command line, too', async () => {
    const outcome = await kept(['compare', a, at('nowhere'), '--out', out]);
    expectRefusal(outcome, 1, /there is no run folder .*nowhere/);
    expect(existsSync(out)).toBe(false);
  });
});
