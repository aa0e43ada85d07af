import { join } from 'node:path';
import { afterAll, beforeEach, describe, expect, it, vi } from 'vitest';
import { startProgress } from '../../src/cli/terminal/terminal.js';
import { trainCommand } from '../../src/cli/train/train.js';
import { temporaryFolder } from './foreframe.js';

const folder = temporaryFolder();
const balls = [
  'data.clips={train: 4, validation: 2, test: 2, frames: 12}',
  'data.via=arrays',
  'data.shuffle=2',
];
const sizes = ['data.steps=3', 'data.width=10', 'data.height=10', 'model={name: pgn, filters: [3], lstm: 4}'];
const budget = ['training.batch=2', 'training.seconds=null', 'training.steps=4'];
/** So far that the second step's loss overflows. */
const wild = ['training.optimizer={kind: sgd}', 'training.learningRate=1e30', 'training.clipNorm=null'];
const train = (run: string, ...more: string[]) =>
  trainCommand('demo', [], {
    set: [...balls, ...sizes, ...budget, ...wild, ...more],
    run: join(folder, run),
  });

const lines: string[] = [];
beforeEach(() => {
  lines.length = 0;
  vi.spyOn(console, 'log').mockImplementation(() => {});
  vi.spyOn(console, 'error').mockImplementation((line: string) => {
    lines.push(line);
  });
});
afterAll(() => vi.restoreAllMocks());

describe('a loss that is no number', () => {
  it('is answered with advice that works as it stands', async () => {
    await expect(train('wild')).rejects.toThrow(
      /not a number any more at step \d: start again in another run folder, with a lower training\.learningRate or with training\.clipNorm set/,
    );
    await train('slower', 'training.learningRate=0.001');
  });
});

describe('progress', () => {
  /** Lines that are printed where there is no terminal, when `done` is said every eleven seconds. */
  function said(total: number, done: readonly number[]): string[] {
    let now = 0;
    const clock = vi.spyOn(performance, 'now').mockImplementation(() => now);
    const isTty = process.stderr.isTTY;
    process.stderr.isTTY = false;
    try {
      const progress = startProgress('training', total);
      for (const each of done) {
        now += 11_000;
        progress.update(each, 'x');
      }
      return [...lines];
    } finally {
      clock.mockRestore();
      process.stderr.isTTY = isTty;
    }
  }

  it('is never over 100 %, nor less than before', () => {
    const percents = said(1, [0.1, 0.5, 0.4, 2.93, 1.2]).map((line) => Number(/(\d+) %/.exec(line)![1]));
    expect(percents).toEqual([10, 50, 50, 100, 100]);
    // No share of a whole that is not known.
    expect(said(0, [0, 1]).at(-1)).toBe('training | x');
  });

  it('of work that goes on from half counts the time of the other half only', () => {
    // A tenth in eleven seconds: four tenths are left.
    expect(said(1, [0.5, 0.6]).at(-1)).toBe('training 60 % | 44s left | x');
  });
});
