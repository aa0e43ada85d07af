import { cpSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

/** A command that writes, as it is given in a folder that `laidOut` has prepared; all names in it are relative. */
export interface WritingCommand {
  readonly name: string;
  readonly args: readonly string[];
  /** What a person tries after it was disturbed, in this order, until one works. */
  readonly again: readonly (readonly string[])[];
  /** It reads the trained run in `run`; without, it makes that folder itself. */
  readonly readsRun: boolean;
  /** It says so when a signal ends it, and can be gone on with. */
  readonly polite: boolean;
}

const PIPELINE = `name: small
seed: 3
threads: 1
data:
  width: 10
  height: 10
  steps: 3
  stride: 2
  shuffle: 8
  fit: fill
model: { name: frame-stack, channels: 4, blocks: 1 }
training:
  batch: 2
  steps: 24
  optimizer: { kind: adam }
  checkpointEvery: 3
  validateEvery: 5
  validationBatches: 2
evaluation: { horizon: 2 }
`;

const ARRAYS =
  '{dataset: bouncing-balls, via: arrays, clips: {train: 6, validation: 2, test: 2, frames: 12}, width: 10, height: 10, steps: 3, stride: 2, shuffle: 8}';
const BALLS = ['train', 'small.yaml', '--set', `data=${ARRAYS}`, '--run', 'run'];
const EXTRACT = ['extract', 'run', '--times', 'all', '--out', 'latents.parquet'];
const CLASSIFY = [
  'classify',
  'classify-mnist-100-labels-nrm',
  ...[
    'model={name: nrm, layers: [{filters: 2, kernel: 5, pool: {size: 7}}], globalPooling: none}',
    'method={name: supervised}',
    'training={steps: 12, labelled: 10, unlabelled: 10, checkpointEvery: 3, validateEvery: 6}',
  ].flatMap((setting) => ['--set', setting]),
  '--run',
  'run',
];
const DEMO = [
  'demo',
  ...[
    'training.seconds=null',
    'training.steps=12',
    'training.checkpointEvery=3',
    'training.validateEvery=6',
    'model.channels=4',
    'model.blocks=1',
    'data.width=10',
    'data.height=10',
    'data.steps=3',
    'threads=1',
    'evaluation.horizon=2',
    'data.clips={train: 2, validation: 1, test: 1, frames: 30}',
  ].flatMap((setting) => ['--set', setting]),
  '--run',
  'run',
];

/** Every command that writes. The video's path is absolute: a run that is copied finds it again. */
export function commandsOn(video: string): readonly WritingCommand[] {
  const { whole } = trainingOn(video);
  return [
    resumable('train', whole),
    resumable('train arrays', BALLS),
    resumable('classify', CLASSIFY),
    {
      name: 'resume',
      args: [...whole, '--resume'],
      again: [[...whole, '--resume']],
      readsRun: true,
      polite: true,
    },
    { name: 'demo', args: DEMO, again: [DEMO], readsRun: false, polite: true },
    {
      name: 'extract',
      args: EXTRACT,
      again: [EXTRACT, [...EXTRACT, '--resume']],
      readsRun: true,
      polite: true,
    },
    once('evaluate', 'evaluate run'),
    once('report', 'report run'),
    once('export', 'export run --out served'),
    once('predict', 'predict run coded.mp4 --horizon 3 --out expected.mp4'),
    once('analyse', 'analyse run --data bouncing-balls --clips 12 --steps 3 --out analysis.html'),
    once(
      'datasets build',
      'datasets build bouncing-balls --out built --train 12 --validation 2 --test 2',
      false,
    ),
    once('datasets show', 'datasets show bouncing-balls --out sheet.png', false),
  ];
}

/** How the run of `Materials` is trained, and the half of it. */
export function trainingOn(video: string): {
  readonly whole: readonly string[];
  readonly half: readonly string[];
} {
  const whole = ['train', 'small.yaml', video, '--run', 'run'];
  return { whole, half: [...whole, '--set', 'training.steps=11'] };
}

function resumable(name: string, args: readonly string[]): WritingCommand {
  return { name, args, again: [[...args, '--resume'], args], readsRun: false, polite: true };
}

/** One that is done again as it was, after whatever happened. */
function once(name: string, line: string, readsRun = true): WritingCommand {
  const args = line.split(' ');
  return { name, args, again: [args], readsRun, polite: false };
}

export interface Materials {
  readonly video: string;
  /** Trained by `train`, to its end. */
  readonly run: string;
  readonly half: string;
}

/** What every command may read, in an empty folder; the run that is resumed was trained half way. */
export function layOut(folder: string, command: WritingCommand, { video, run, half }: Materials): void {
  writeFileSync(join(folder, 'small.yaml'), PIPELINE);
  writeFileSync(join(folder, 'coded.mp4'), readFileSync(video));
  if (command.readsRun)
    cpSync(command.name === 'resume' ? half : run, join(folder, 'run'), { recursive: true });
}
