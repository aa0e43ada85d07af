import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { mkdtemp } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import { describe, expect, it } from 'vitest';

const build = resolve(import.meta.dirname, '../../dist/src');
const urlOf = (file: string) => JSON.stringify(pathToFileURL(join(build, file)).href);

/** How a process ended: 139 and SIGSEGV are what must never be. */
function ended(args: readonly string[]): { code: number | null; signal: string | null; stderr: string } {
  const { status, signal, stderr } = spawnSync(process.execPath, [...args], {
    encoding: 'utf8',
    timeout: 300_000,
    env: { ...process.env, NODE_OPTIONS: '' },
  });
  return { code: status, signal, stderr };
}

/** A small graph, which is soon made; a large batch makes its steps long. */
const open = (side: number, batch = 1) => `
  const { openThreadEngine } = await import(${urlOf('engine/trainingThread.js')});
  const engine = await openThreadEngine({
    model: { name: 'pgn', filters: [2], kernel: 3, lstm: 8, output: 'frame' },
    frame: { height: ${side}, width: ${side}, channels: 1 }, seed: 1, batch: ${batch},
    training: { steps: 2, optimizer: { kind: 'sgd' }, predict: 'every' },
  });
  const clips = new Uint8Array(${batch} * 3 * ${side} * ${side});
  const step = () => engine.run('train', { clips, learningRate: 0.01 });`;

const endings: [how: string, script: string, code: number][] = [
  // TensorFlow is loaded, nothing is computed: then its library was taken out of memory before its functions at exit had run.
  ['after a program that could not be built', open(1), 1],
  ['after a step', `${open(16)} await step();`, 0],
  ['by an error that nobody catches', `${open(16)} await step(); throw new Error('own fault');`, 1],
  ['in the middle of a step', `${open(64, 32)} step(); setTimeout(() => process.exit(3), 5);`, 3],
  [
    'by a rejected promise in the middle of a step',
    `${open(64, 32)} step(); Promise.reject(new Error('own'));`,
    1,
  ],
];

describe('a process that loaded TensorFlow in its training thread', () => {
  it.each(endings)('ends %s with its own exit code', (_, script, code) => {
    const { code: given, signal } = ended(['--input-type=module', '-e', script]);
    expect({ given, signal }).toEqual({ given: code, signal: null });
  });
});

describe('a model that cannot be built', () => {
  const frames = 'a frame of 30×30 is too small for 6 poolings';
  const settings: [string, string[], string][] = [
    [
      'balls-pgn',
      ['model.filters=[8,8,8,8,8,8]'],
      `model.filters: ${frames}, one for each entry: use 4 at most`,
    ],
    [
      'balls-pgn',
      ['training.adversarial.discriminator.filters=[8,8,8,8,8,8]'],
      `discriminator.filters: ${frames}`,
    ],
    [
      'faces-ae-fc-units',
      ['data.width=1', 'data.height=1'],
      'frames of at least 4×4 (data.width, data.height)',
    ],
  ];

  it.each(settings)(
    '%s %s is refused in one line, before anything is made',
    async (pipeline, set, message) => {
      const run = join(await mkdtemp(join(tmpdir(), 'foreframe-end-')), 'run');
      const cli = join(build, 'cli/main.js');
      const { code, stderr } = ended([
        cli,
        'train',
        pipeline,
        '--run',
        run,
        ...set.flatMap((each) => ['--set', each]),
      ]);
      expect(stderr).toContain(message);
      expect(stderr.trim().split('\n')).toHaveLength(1);
      expect(code).toBe(2);
      expect(existsSync(run)).toBe(false);
    },
  );
});
