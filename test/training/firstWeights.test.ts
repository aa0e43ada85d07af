import { join } from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import { evaluate, predict, report, train } from '../../src/index.js';
import { sweepSummary } from '../../src/sweep/sweepText.js';
import { quickFfmpeg } from '../video/codedVideo.js';
import { temporaryFolder, testVideo } from '../video/makeVideo.js';

quickFfmpeg();

const folder = temporaryFolder();
const video = join(folder, 'my.mp4');
const run = join(folder, 'run');

const NOTE = /^warning: .*run has learned nothing yet: none of its steps did better/;

function trained(rate: number, name: string) {
  const set = [
    'data.width=16',
    'data.height=12',
    'data.steps=3',
    'data.shuffle=8',
    'model={name: conv-lstm, channels: [4]}',
    'training={batch: 2, steps: 12, validateEvery: {seconds: 60}}',
    `training.learningRate=${rate}`,
    'evaluation.horizon=3',
  ];
  return train({ pipeline: 'video', videos: [video], folder: join(folder, name), set });
}

async function notesOf(work: (onNote: (note: string) => void) => Promise<unknown>): Promise<string[]> {
  const notes: string[] = [];
  await work((note) => notes.push(note));
  return notes.filter((note) => NOTE.test(note));
}

describe('a run whose best weights are those that it began with', () => {
  // A step of this length only does harm.
  beforeAll(async () => {
    testVideo(video, 'testsrc=s=64x48:r=10:d=24', '-c:v', 'libx264');
    await trained(30, 'run');
    await trained(0.003, 'better-run');
  });

  it('is named as such by whatever uses it, and by its page', async () => {
    for (const use of [
      (onNote: (note: string) => void) => evaluate(run, { onNote }),
      (onNote: (note: string) => void) => predict(run, video, { onNote }),
      (onNote: (note: string) => void) => report(run, { onNote }),
    ])
      expect(await notesOf(use)).toHaveLength(1);
    expect(await notesOf((onNote) => evaluate(join(folder, 'better-run'), { onNote }))).toEqual([]);
  });

  it('is counted by a sweep', () => {
    const row = {
      cell: { values: { 'training.learningRate': 30 }, name: 'learningRate=30' },
      seeds: [1, 2],
      wanted: 2,
      validation: { mean: 1, sd: 0 },
      test: {},
      best: true,
    };
    const said = (unlearned: number) =>
      sweepSummary({ figures: [], rows: [{ ...row, unlearned }] }, 'clips').join('\n');
    expect(said(2)).toContain('2 runs did no better on the validation split than before the first step');
    expect(said(0)).not.toContain('first step');
  });
});
