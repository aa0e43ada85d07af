import { cpSync, existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { numbersIn } from '../../bench/frozen/facts.js';
import { required } from '../../src/common/required.js';
import { keptForeframe } from '../cli/keptForeframe.js';

/** Made by foreframe 0.1.0 (`make.sh` beside them): each took four steps. */
const fixtures = resolve(import.meta.dirname, '../fixtures/runs/edition-one');
const folder = mkdtempSync(join(tmpdir(), 'foreframe-edition-one-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));
const command = keptForeframe('one-thread');

function copyOf(name: string): string {
  const run = join(mkdtempSync(join(folder, 'run-')), name);
  cpSync(join(fixtures, name), run, { recursive: true });
  return run;
}

async function succeeds(...args: string[]) {
  const outcome = await command(args);
  expect(outcome.code, outcome.stderr).toBe(0);
  return outcome;
}

const readEvaluation = (run: string): unknown =>
  JSON.parse(readFileSync(join(run, 'evaluation.json'), 'utf8'));

/** Numbers that say what was learned; minutes are of the clock. */
const figures = (evaluation: unknown) => Object.fromEntries(numbersIn(evaluation, ['minutes']));

/** On another processor a few of ten thousand images that lie between two classes may fall to the other side. */
function mayBeApart(figure: string): number {
  if (figure.startsWith('confusion')) return 5;
  return /^testError|\.(test|validation)\./.test(figure) ? 0.05 : 0;
}

function stepsIn(run: string): number[] {
  const lines = readFileSync(join(run, 'metrics.jsonl'), 'utf8').trim().split('\n');
  const records = lines.map((line) => JSON.parse(line) as { step: number; loss?: number });
  for (const { loss } of records) expect(loss ?? 0).toBeLessThan(100);
  return records.filter(({ loss }) => loss !== undefined).map(({ step }) => step);
}

describe.each(['conv-lstm', 'adversarial'])('the run %s of the first edition', (name) => {
  it('opens, is evaluated to the numbers that it holds, and shown', async () => {
    const run = copyOf(name);
    const kept = figures(readEvaluation(run));
    expect(Object.keys(kept).length).toBeGreaterThan(100);
    rmSync(join(run, 'evaluation.json'));
    await succeeds('evaluate', run);
    const now = figures(readEvaluation(run));
    expect(Object.keys(now)).toEqual(expect.arrayContaining(Object.keys(kept)));
    for (const [figure, value] of Object.entries(kept))
      expect(Math.abs(required(now, figure) - value), figure).toBeLessThanOrEqual(1e-5 * Math.abs(value));
    if (name !== 'conv-lstm') return;
    await succeeds('report', run);
    expect(readFileSync(join(run, 'report.html'), 'utf8')).toContain('conv-lstm');
  });

  it('goes on for two more steps', async () => {
    const run = copyOf(name);
    const { stderr } = await succeeds('train', '--resume', '--run', run, '--set', 'training.steps=6');
    expect(stderr).toMatch(/resumed at step 4/);
    expect(stepsIn(run)).toEqual([1, 2, 3, 4, 5, 6]);
    expect(existsSync(join(run, 'checkpoints', 'best.safetensors'))).toBe(name === 'conv-lstm');
  });
});

describe.each(['nrm', 'dynamic-nrm'])('the classifier %s of the first edition', (name) => {
  it('opens, and is tested to the numbers that it holds', async () => {
    const run = copyOf(name);
    const kept = figures(readEvaluation(run));
    expect(Object.keys(kept).length).toBeGreaterThan(100);
    if (name === 'dynamic-nrm') {
      const beside = await succeeds('classify', '--compare', run, '--json');
      // Nothing is trained or measured anew; the interval follows from the answers that are kept.
      expect(figures((JSON.parse(beside.stdout) as unknown[])[0])).toEqual({
        ...kept,
        'interval.low': expect.any(Number),
        'interval.high': expect.any(Number),
      });
    }
    rmSync(join(run, 'evaluation.json'));
    await succeeds('classify', '--resume', '--run', run);
    const now = figures(readEvaluation(run));
    for (const [figure, value] of Object.entries(kept))
      expect(Math.abs(required(now, figure) - value), figure).toBeLessThanOrEqual(mayBeApart(figure));
  });

  it('goes on for two more steps, and is shown', async () => {
    const run = copyOf(name);
    const { stderr } = await succeeds('classify', '--resume', '--run', run, '--set', 'training.steps=6');
    expect(stderr).toMatch(/resumed at step 4/);
    expect(stepsIn(run)).toEqual([1, 2, 3, 4, 5, 6]);
    expect(readEvaluation(run)).toMatchObject({ kind: 'classifier', last: { step: 6 } });
    if (name !== 'nrm') return;
    await succeeds('report', run);
    expect(readFileSync(join(run, 'report.html'), 'utf8')).toContain('Templates of the classes');
  });
});
