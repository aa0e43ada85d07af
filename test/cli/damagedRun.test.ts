import { cpSync, mkdirSync, readFileSync, rmSync, statSync, truncateSync, writeFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { afterAll, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest';
import {
  FORMAT,
  type RunAnalysis,
  readAnalysis,
  writeAnalysis,
} from '../../src/analysis/battery/runAnalysis.js';
import { compareCommand } from '../../src/cli/analyse/compare.js';
import { evaluateCommand } from '../../src/cli/evaluate/evaluate.js';
import { exportCommand } from '../../src/cli/export.js';
import { extractCommand } from '../../src/cli/extract/extract.js';
import { predictCommand } from '../../src/cli/predict.js';
import { reportCommand } from '../../src/cli/report/report.js';
import { trainCommand } from '../../src/cli/train/train.js';
import { ForeframeError } from '../../src/common/errors.js';
import { readEvaluation } from '../../src/evaluation/evaluateRun.js';
import { settingsOf } from '../../src/library/analysing/analysisSettings.js';
import { loadCheckpoint, saveCheckpoint } from '../../src/runs/checkpoint.js';
import { readMetrics } from '../../src/runs/metricsLog.js';
import { RunFolder } from '../../src/runs/runFolder.js';
import { testVideo } from '../video/makeVideo.js';
import { temporaryFolder } from './foreframe.js';

const folder = temporaryFolder();
const whole = join(folder, 'whole');
const video = join(folder, 'own.mp4');
const asked = { clips: 8, people: 2, turn: 3, draws: 2, seed: 1 };
/** Numbers of a classifier without a training of one. */
const classified = {
  ...{ kind: 'classifier', name: 'x', data: 'digits', dataset: 'mnist', labels: 100, draw: 1, seed: 1 },
  ...{ method: { name: 'supervised', noise: 0 }, network: 'student', testError: 2, picturesSeen: 10 },
  ...{
    classes: ['0', '1'],
    confusion: [
      [5, 0],
      [1, 4],
    ],
    budget: { steps: 3 },
    hardware: 'a machine',
  },
  best: { step: 3, minutes: 1, validation: { student: 1, teacher: 1 }, test: { student: 2, teacher: 2 } },
  last: { step: 3, minutes: 1, validation: { student: 1, teacher: 1 }, test: { student: 2, teacher: 2 } },
};

beforeAll(async () => {
  vi.spyOn(console, 'log').mockImplementation(() => {});
  vi.spyOn(console, 'error').mockImplementation(() => {});
  testVideo(video, 'testsrc=size=32x32:rate=25:duration=1');
  const balls = [
    'data.clips={train: 4, validation: 2, test: 2, frames: 12}',
    'data.via=arrays',
    'data.shuffle=2',
  ];
  const sizes = [
    'data.steps=3',
    'data.width=10',
    'data.height=10',
    'model={name: pgn, filters: [3], lstm: 4}',
  ];
  const budget = ['training.batch=2', 'training.seconds=null', 'training.steps=2', 'evaluation.horizon=2'];
  await trainCommand('demo', [], { set: [...balls, ...sizes, ...budget], run: whole });
  await evaluateCommand(whole, {});
  const run = await RunFolder.open(whole);
  const analysis: RunAnalysis = {
    format: FORMAT,
    ...{
      run: whole,
      pipeline: 'demo',
      model: 'pgn',
      seed: 1,
      step: 2,
      data: 'balls',
      trainClips: 8,
      testClips: 2,
    },
    ...{ settings: settingsOf(await run.readConfig(), asked), times: [1], sources: ['memory'], widths: [4] },
    ...{
      truths: [],
      regression: [],
      labels: [],
      lowShot: [],
      identification: [],
      retrieval: [],
      maps: [],
      leftOut: [],
    },
  };
  await writeAnalysis(join(whole, 'analysis.json'), analysis);
});
beforeEach(() => {
  vi.spyOn(console, 'log').mockImplementation(() => {});
  vi.spyOn(console, 'error').mockImplementation(() => {});
});
afterAll(() => vi.restoreAllMocks());

type Damage = (path: string) => void;
const changed =
  (change: (raw: Record<string, unknown>) => unknown): Damage =>
  (path) =>
    writeFileSync(path, JSON.stringify(change(JSON.parse(readFileSync(path, 'utf8')))));

/** Half of a file is left. YAML that ends with a line may be whole: it is cut within its last key. */
function cutShort(path: string): void {
  const text = readFileSync(path, 'latin1');
  const lastKey = [...text.matchAll(/^\w+:/gm)].at(-1);
  truncateSync(path, path.endsWith('.yaml') ? lastKey!.index + 2 : Math.floor(text.length / 2));
}

/** What happens to any file. */
const anywhere: Record<string, Damage> = {
  'cut short': cutShort,
  garbled: (path) =>
    writeFileSync(
      path,
      readFileSync(path).map((byte, i) => (i % 7 === 0 ? byte ^ 0x55 : byte)),
    ),
  empty: (path) => truncateSync(path, 0),
  'a folder': (path) => {
    rmSync(path);
    mkdirSync(path);
  },
  'of another kind': (path) => writeFileSync(path, '[1, "x", null]\n'),
  zeros: (path) => writeFileSync(path, Buffer.alloc(statSync(path).size)),
};

/** A copy of the whole run, damaged at one file. */
let copies = 0;
function damaged(file: string, damage: Damage): string {
  const run = join(folder, `copy-${copies++}`);
  cpSync(whole, run, { recursive: true });
  damage(join(run, file));
  return run;
}

/** One line that names the file. */
async function expectRefusal(work: Promise<unknown>, file: string): Promise<void> {
  const error = await work.then(
    () => undefined,
    (thrown: unknown) => thrown,
  );
  expect(error).toBeInstanceOf(ForeframeError);
  const { message } = error as Error;
  expect(message).toContain(basename(file));
  expect(message).not.toContain('\n');
  expect(message.length).toBeLessThan(500);
  expect(message).not.toMatch(/undefined is not|Cannot read prop|is not a function|EISDIR/);
}

const open = (run: string) => RunFolder.open(run);
/** The files of a run, and who reads them. */
const files: Record<string, (run: string) => Promise<unknown>> = {
  'config.yaml': async (run) => (await open(run)).readConfig(),
  'environment.json': async (run) => (await open(run)).readEnvironment(),
  'evaluation.json': async (run) => readEvaluation(await open(run)),
  'analysis.json': (run) => readAnalysis(join(run, 'analysis.json')),
  'checkpoints/best.safetensors': async (run) => (await open(run)).bestCheckpoint(),
  'checkpoints/last.safetensors': (run) => loadCheckpoint(join(run, 'checkpoints/last.safetensors')),
};

describe.each(Object.entries(files))("a run's %s", (file, read) => {
  it('is read where it is whole', async () => {
    expect(await read(damaged(file, () => {}))).toBeDefined();
  });

  it.each(Object.entries(anywhere))('that is %s is refused in one line', async (_, damage) => {
    await expectRefusal(read(damaged(file, damage)), file);
  });
});

describe('a JSON file of the wrong shape', () => {
  const wrong: [string, string, Damage][] = [
    ['environment.json', 'a part of another kind', changed((raw) => ({ ...raw, tensorflow: [] }))],
    ['environment.json', 'a text as a number', changed((raw) => ({ ...raw, cores: 'two' }))],
    [
      'environment.json',
      'threads that cannot be',
      changed((raw) => ({ ...raw, tensorflow: { ...(raw.tensorflow as object), threads: -3 } })),
    ],
    ['environment.json', 'a text of a megabyte', changed((raw) => ({ ...raw, cpu: 'x'.repeat(1e6) }))],
    ['evaluation.json', 'a part missing', changed(({ random, ...rest }) => rest)],
    ['evaluation.json', 'a part of another kind', changed((raw) => ({ ...raw, trained: { a: 1 } }))],
    [
      'evaluation.json',
      'texts as numbers',
      changed((raw) => ({ ...raw, minutes: { weights: 'a', total: 'b' } })),
    ],
    [
      'evaluation.json',
      'a huge number',
      (path) => writeFileSync(path, readFileSync(path, 'utf8').replace(/"horizon": 2/, '"horizon": 1e300')),
    ],
    ['analysis.json', 'a part missing', changed(({ widths, ...rest }) => rest)],
    ['analysis.json', 'a part of another kind', changed((raw) => ({ ...raw, regression: [{}] }))],
    ['analysis.json', 'lists that do not fit', changed((raw) => ({ ...raw, widths: [] }))],
  ];
  it.each(wrong)('%s with %s is refused', async (file, _, damage) => {
    await expectRefusal(files[file]!(damaged(file, damage)), file);
  });

  it.each([
    ['a part missing', { ...classified, best: undefined }],
    ['a table that does not fit', { ...classified, confusion: [[1]] }],
    ['texts as numbers', { ...classified, testError: 'low' }],
  ])('evaluation.json of a classifier with %s is refused by classify --compare', async (_, content) => {
    const run = damaged('evaluation.json', (path) => writeFileSync(path, JSON.stringify(content)));
    await expectRefusal(trainCommand(undefined, [], { set: [], compare: [run] }), 'evaluation.json');
  });

  it('evaluation.json of a classifier is compared where it is whole', async () => {
    const run = damaged('evaluation.json', (path) => writeFileSync(path, JSON.stringify(classified)));
    await trainCommand(undefined, [], { set: [], compare: [run] });
  });
});

describe('metrics.jsonl', () => {
  it.each([
    '[]',
    '5',
    '{}',
    '{"step":"a"}',
    '{"step":-1}',
    '{"step":1.5}',
    '{"step":1e300}',
    '{"step":1,"loss":"x"}',
    '{"step":null}',
    '\0\0',
  ])('with the line %s is refused, with its number', (line) => {
    const run = damaged('metrics.jsonl', (path) => writeFileSync(path, `{"step":1}\n${line}\n{"step":2}\n`));
    expect(() => readMetrics(join(run, 'metrics.jsonl'))).toThrow(/metrics\.jsonl: line 2 is not a record/);
  });

  it('that is a folder is refused', () => {
    const run = damaged('metrics.jsonl', anywhere['a folder']!);
    expect(() => readMetrics(join(run, 'metrics.jsonl'))).toThrow(
      /metrics\.jsonl: a folder stands in its place/,
    );
  });
});

describe('a command', () => {
  const probing = { ...asked, map: 'pca' };
  /** Every command that reads a run, and the files that it cannot do without. */
  const commands: [string, (run: string) => Promise<void>, string[]][] = [
    [
      'evaluate',
      (run) => evaluateCommand(run, {}),
      ['environment.json', 'metrics.jsonl', 'checkpoints/best.safetensors'],
    ],
    [
      'report',
      (run) => reportCommand(run),
      ['evaluation.json', 'environment.json', 'metrics.jsonl', 'checkpoints/best.safetensors'],
    ],
    ['predict', (run) => predictCommand(run, video, { horizon: 1 }), ['checkpoints/best.safetensors']],
    [
      'extract',
      (run) =>
        extractCommand(run, undefined, {
          out: `${run}.parquet`,
          times: 'last',
          pool: 'none',
          weights: 'trained',
        }),
      ['checkpoints/best.safetensors'],
    ],
    ['export', (run) => exportCommand(run, {}), ['checkpoints/best.safetensors']],
    [
      'compare',
      (run) => compareCommand([join(run, 'analysis.json')], { ...probing, out: `${run}.html` }),
      ['analysis.json'],
    ],
    [
      'train --resume',
      (run) => trainCommand(undefined, [], { set: ['training.steps=3'], run, resume: true }),
      ['metrics.jsonl', 'checkpoints/last.safetensors'],
    ],
  ];
  const cases = commands.flatMap(([name, command, needed]) =>
    [...needed, ...(name === 'compare' ? [] : ['config.yaml'])].map((file) => [name, file, command] as const),
  );
  it.each(cases)('%s names a garbled %s', async (_, file, command) => {
    await expectRefusal(command(damaged(file, anywhere.garbled!)), file);
  });

  /** A run of a model of another size. */
  let other: string;
  it('names weights that do not fit the model', async () => {
    other = join(folder, 'other');
    const config = join(
      damaged('config.yaml', () => {}),
      'config.yaml',
    );
    await trainCommand(config, [], { set: ['model.lstm=5', 'training.steps=1'], run: other });
    const file = 'checkpoints/best.safetensors';
    const swapped = () => damaged(file, (path) => cpSync(join(other, file), path));
    await expectRefusal(evaluateCommand(swapped(), {}), file);
    await expectRefusal(predictCommand(swapped(), video, { horizon: 1 }), file);
    await expectRefusal(exportCommand(swapped(), {}), file);
  });

  it('names a checkpoint that lacks weights, which would stay as they were before training', async () => {
    const file = 'checkpoints/best.safetensors';
    const lacking = damaged(file, () => {});
    const { position, state } = await loadCheckpoint(join(lacking, file));
    const { 'decoder.0.weight': _, ...rest } = state;
    await saveCheckpoint(join(lacking, file), { position, state: rest });
    await expectRefusal(evaluateCommand(lacking, {}), file);
    await expectRefusal(predictCommand(lacking, video, { horizon: 1 }), file);
    await expectRefusal(exportCommand(lacking, {}), file);
  });

  it('train --resume goes on from the best checkpoint where the last was lost', async () => {
    const run = damaged('checkpoints/last.safetensors', (path) => rmSync(path));
    await trainCommand(undefined, [], { set: ['training.steps=3'], run, resume: true });
    const { position } = await loadCheckpoint(join(run, 'checkpoints/last.safetensors'));
    expect(position.step).toBe(3);
    // Trained from nothing, it would have its first step twice.
    expect(
      readMetrics(join(run, 'metrics.jsonl')).flatMap(({ step, loss }) => (loss === undefined ? [] : [step])),
    ).toEqual([1, 2, 3]);
    const whole3 = damaged('metrics.jsonl', () => {});
    await trainCommand(undefined, [], { set: ['training.steps=3'], run: whole3, resume: true });
    const { state } = await loadCheckpoint(join(run, 'checkpoints/last.safetensors'));
    expect(state).toEqual((await loadCheckpoint(join(whole3, 'checkpoints/last.safetensors'))).state);
  });

  it('a run without its config.yaml, but with weights, says what is missing', async () => {
    const run = damaged('config.yaml', (path) => rmSync(path));
    await expect(evaluateCommand(run, {})).rejects.toThrow(/config\.yaml is missing: put it back/);
  });

  it('evaluate goes on without environment.json, and writes a damaged evaluation.json anew', async () => {
    const run = damaged('evaluation.json', anywhere.garbled!);
    rmSync(join(run, 'environment.json'));
    await evaluateCommand(run, {});
    const evaluation = await readEvaluation(await open(run));
    expect(evaluation).toMatchObject({ step: 2, hardware: 'computed on a machine that is not noted' });
  });
});
