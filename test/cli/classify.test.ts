import { createHash } from 'node:crypto';
import { existsSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import type { ClassifierEvaluation } from '../../src/evaluation/classifierEvaluation.js';
import type { OutlierReport } from '../../src/library/reporting/outliers.js';
import { readMetrics } from '../../src/runs/metricsLog.js';
import { foreframe, type Outcome, temporaryFolder } from './foreframe.js';
import { keptForeframe } from './keptForeframe.js';

const folder = temporaryFolder();
const at = (name: string) => join(folder, name);
const kept = keptForeframe('one-thread-per-operation');

/** A network that is done with all of MNIST's test digits in seconds. */
const SMALL = [
  'classify-mnist-100-labels-nrm',
  '--set',
  'model={name: nrm, layers: [{filters: 4, kernel: 5, pool: {size: 4}}], globalPooling: none}',
  '--set',
  'method.rendered=8',
  '--set',
  'training={steps: 3, labelled: 10, unlabelled: 10}',
];

function expectOneLine({ code, stdout, stderr }: Outcome, exitCode: number, words: RegExp): void {
  const lines = stderr.split('\n').filter((line) => line.startsWith('foreframe: '));
  expect({ code, lines: lines.length, stdout }).toEqual({ code: exitCode, lines: 1, stdout: '' });
  expect(lines[0]).toMatch(words);
}

describe('foreframe classify', () => {
  it('computes the same bits on any number of threads where each operation has one', async () => {
    const lossesOn = async (threads: string) => {
      const run = at(`threads ${threads}`);
      const { code } = await foreframe(['classify', ...SMALL, '--run', run, '--set', `threads=${threads}`]);
      expect(code).toBe(0);
      return readMetrics(join(run, 'metrics.jsonl')).map(({ loss, gradientNorm }) => [loss, gradientNorm]);
    };
    const alone = await lossesOn('1');
    expect(alone.flat().filter((value) => value !== undefined)).toHaveLength(6);
    expect(await lossesOn('{perOperation: 1, operations: 4}')).toEqual(alone);
  });

  it('trains, tests, goes on, and compares', async () => {
    const run = at('run');
    const first = await kept(['classify', ...SMALL, '--run', run, '--json']);
    expect(first).toMatchObject({ code: 0 });
    const said = JSON.parse(first.stdout) as ClassifierEvaluation;
    expect(said).toMatchObject({ labels: 100, draw: 1, picturesSeen: 60, last: { step: 3 } });
    expect(said.confusion.flat().reduce((a, b) => a + b)).toBe(10_000);
    for (const file of ['config.yaml', 'environment.json', 'metrics.jsonl', 'evaluation.json', 'events'])
      expect(existsSync(join(run, file)), file).toBe(true);
    expect(readFileSync(join(run, 'config.yaml'), 'utf8')).toContain('virtualAdversarial: 1');

    const taken = await kept(['classify', ...SMALL, '--run', run]);
    expectOneLine(taken, 1, /already holds a run: add --resume/);
    const other = await kept(['classify', '--run', run, '--resume', '--set', 'data.draw=2']);
    expectOneLine(
      other,
      1,
      /another configuration \(data\.draw: 1 there, 2 here\).*foreframe classify --resume/,
    );

    const hashes = () =>
      readdirSync(run, { recursive: true, withFileTypes: true }).flatMap((entry) =>
        entry.isFile()
          ? [
              `${entry.name} ${createHash('md5')
                .update(readFileSync(join(entry.parentPath, entry.name)))
                .digest('hex')}`,
            ]
          : [],
      );
    const before = hashes();
    const done = await kept(['classify', '--run', run, '--resume', '--json']);
    expect(JSON.parse(done.stdout)).toEqual(said);
    expect(done.stderr).toMatch(
      /is finished, after 3 steps: nothing was changed\. To go on.*training\.steps=6/,
    );
    expect(hashes()).toEqual(before);

    const more = await kept(['classify', '--run', run, '--resume', '--set', 'training.steps=5']);
    expect(more).toMatchObject({ code: 0 });
    expect(more.stderr).toContain('resumed at step 3');
    // Kept, for whoever goes on without a word about it.
    expect(readFileSync(join(run, 'config.yaml'), 'utf8')).toMatch(/^ {2}steps: 5$/m);
    const table = await kept(['classify', '--compare', run, run]);
    expect(table.stdout.match(/mnist\/100\/1/g)).toHaveLength(2);
  }, 600_000);

  it('is looked into: images of another dataset, and a page of images', async () => {
    const run = at('run');
    const outliers = await foreframe(['outliers', run, '--pictures', '40', '--json']);
    expect(outliers).toMatchObject({ code: 0 });
    const said = JSON.parse(outliers.stdout) as OutlierReport;
    expect(said).toMatchObject({
      inside: 'mnist',
      outside: 'fashion-mnist',
      pictures: { inside: 40, outside: 40 },
    });
    expect(said.scores.map(({ name }) => name)).toEqual(
      expect.arrayContaining(['NRM likelihood', 'greatest probability', 'Gaussian of each pixel']),
    );
    for (const { auroc } of said.scores) {
      expect(auroc).toBeGreaterThan(0);
      expect(auroc).toBeLessThanOrEqual(1);
    }
    expect(said.noise).toBeGreaterThan(0);

    const evaluation = join(run, 'evaluation.json');
    const before = readFileSync(evaluation, 'utf8');
    rmSync(evaluation);
    const report = await kept(['report', run]);
    expect(report).toMatchObject({ code: 0 });
    // Evaluated first, as a run on clips is.
    expect(readFileSync(evaluation, 'utf8')).toBe(before);
    const html = readFileSync(join(run, 'report.html'), 'utf8');
    for (const title of [
      'What each layer keeps of an image',
      'Active rendering paths',
      'Evidence for the class',
      'Templates of the classes',
      'Images that excite the classes most, in closed form',
      'Likelihood of images',
    ])
      expect(html).toContain(`<h3>${title}</h3>`);
    expect(html.match(/<img src="data:image\/png/g)).toHaveLength(5);

    expectOneLine(await kept(['outliers', run, '--against', 'mnist']), 2, /the run was trained on it/);
  }, 600_000);

  it('resumes without --run the run of the pipeline alone', async () => {
    const outcome = await kept(['classify', ...SMALL, '--resume'], { cwd: folder });
    expectOneLine(outcome, 2, /no run runs\/classify-mnist-100-labels-nrm to resume: leave out --resume/);
  });

  it.each([
    [['classify'], 2, /no pipeline was named/],
    [['classify', '--resume'], 2, /no pipeline was named/],
    [['classify', '--resume', '--run', at('nowhere')], 2, /no run .*nowhere to resume: leave out --resume/],
    [['classify', ...SMALL, '--resume'], 2, /no run .*none to resume: leave out --resume/],
    [['outliers', folder], 1, /is not a run folder/],
    [['outliers', at('nowhere')], 1, /there is no run folder/],
    [['classify', 'nothing'], 2, /cannot read pipeline nothing/],
    [[...['classify', ...SMALL], '--set', 'data.labels=101'], 2, /101 labels cannot be shared equally/],
    [[...['classify', ...SMALL], '--set', 'method={name: guess}'], 2, /method/],
    [['classify', '--compare', folder], 1, /is not a run folder/],
  ] as [string[], number, RegExp][])('refuses in a line: %s', async (args, code, words) => {
    expectOneLine(
      await kept([...args, ...(args.includes('--set') ? ['--run', at('none')] : [])]),
      code,
      words,
    );
  });
});
