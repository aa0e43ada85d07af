import { existsSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { withValidation } from '../../datasets/images/labelledImages.js';
import { loadMnist } from '../../datasets/images/mnist.js';
import { required } from '../../src/common/required.js';
import { patchWhitening } from '../../src/models/images/patchWhitening.js';
import { loadCheckpoint } from '../../src/runs/checkpoint.js';
import { foreframe, temporaryFolder } from './foreframe.js';
import { keptForeframe } from './keptForeframe.js';

const kept = keptForeframe('one-thread');
const folder = temporaryFolder();
const out = join(folder, 'few');
const words = (...more: string[]) => [
  ...['benchmark', 'few-labels', '--draws', '1', '--out', out],
  ...['--network', '{name: airbench, widths: [2, 2]}', '--steps', '3'],
  ...['training.labelled=10', 'training.unlabelled=10', 'evaluation.samples=100', 'threads=1'].flatMap(
    (setting) => ['--set', setting],
  ),
  ...more,
];
const run = (method: string) => join(out, `method=${method}_draw=1_seed=1`);
const tested = (method: string) => existsSync(join(run(method), 'evaluation.json'));

describe('benchmark few-labels', () => {
  it('that is killed goes on: what is trained is kept, and both methods stand in one table', async () => {
    const killed = await foreframe(words('--methods', 'supervised,vat'), {
      ownGroup: true,
      onStart: (child) => {
        const timer = setInterval(() => {
          if (!tested('supervised')) return;
          clearInterval(timer);
          process.kill(-child.pid!, 'SIGKILL');
        }, 20);
      },
    });
    expect(killed.signal).toBe('SIGKILL');
    expect(tested('vat')).toBe(false);
    const weights = () => statSync(join(run('supervised'), 'checkpoints/last.safetensors')).mtimeMs;
    const before = weights();

    // What has no price yet, and what does not fit into the budget.
    const repeated = await kept(words('--methods', 'supervised,vat', '--json'));
    expect(repeated.code, repeated.stderr).toBe(0);
    expect(weights()).toBe(before);
    const { rows } = JSON.parse(repeated.stdout);
    expect(rows.map(({ name }: { name: string }) => name)).toEqual(['supervised', 'vat']);
    for (const { trainings, test, validation, missing } of rows) {
      expect(trainings).toMatchObject([{ draw: 1, seed: 1, steps: 3 }]);
      // Chosen on validation, which is not the test.
      expect(test.mean).toBe(trainings[0].test);
      expect(validation.mean).toBe(trainings[0].validation);
      expect(missing).toEqual([]);
    }
    const [first, second] = rows.map(({ test }: { test: { mean: number } }) => test.mean);
    expect(rows[0].difference).toBeUndefined();
    expect(rows[1].difference.value).toBeCloseTo(second - first, 6);
    expect(rows[1].difference.low).toBeLessThanOrEqual(second - first);

    // Its first kernels are those of the training images, in weights that were resumed and in others.
    const { train } = withValidation((await loadMnist()).train);
    const kernels = patchWhitening({ ...train, height: 28, width: 28 }, 2).data;
    for (const method of ['supervised', 'vat']) {
      const { state } = await loadCheckpoint(join(run(method), 'checkpoints/last.safetensors'));
      expect(required(state, 'fixed/whiten.weight').data).toEqual(kernels);
      expect(required(state, 'teacher/fixed/whiten.weight').data).toEqual(kernels);
    }

    const csv = readFileSync(join(out, 'few-labels.csv'), 'utf8').trim().split('\n');
    expect(csv[0]).toBe('run,method,data.draw,seed,status,step,validation,test_error_percent,reason');
    expect(csv.slice(1).map((line) => line.split(',')[0])).toEqual([
      'method=supervised_draw=1_seed=1',
      'method=vat_draw=1_seed=1',
    ]);
    const page = readFileSync(join(out, 'few-labels.html'), 'utf8');
    for (const text of ['By validation, ', 'minutes of training', 'test error less supervised'])
      expect(page).toContain(text);
  });

  it('leaves out what the budget or the network does not allow, and says so', async () => {
    // Steps of both are known to take more than nothing; what is done is not taken back.
    const poor = await kept(words('--methods', 'supervised,vat,pi-model', '--budget', '0.0001', '--json'));
    expect(poor.code, poor.stderr).toBe(0);
    const { rows } = JSON.parse(poor.stdout);
    expect(rows.map(({ trainings }: { trainings: unknown[] }) => trainings.length)).toEqual([1, 1, 0]);
    expect(rows[2].missing).toEqual(['its cost is not known yet; the budget is 0.006 seconds for all rows']);
    const all = await kept(words('--collect', '--json'));
    const names = JSON.parse(all.stdout).rows as { name: string; missing: string[] }[];
    expect(names.find(({ name }) => name === 'nrm')!.missing[0]).toMatch(
      /needs a network that offers rendering/,
    );
    expect(names.find(({ name }) => name === 'mixmatch')!.missing).toEqual([]);
  });

  it('refuses in one line, before anything is trained', async () => {
    const refused = async (...more: string[]) => (await kept(words(...more))).stderr;
    expect(await refused('--methods', 'supervised,vta')).toMatch(
      /^foreframe: --methods vta: did you mean vat\?$/m,
    );
    expect(await refused('--dataset', 'cifar-10')).toMatch(/--dataset cifar-10: did you mean cifar10\?/);
    expect(await refused('--labels', '50')).toMatch(/is of a benchmark with other settings: .*--out/);
    expect(await refused('--minutes', '1')).toMatch(/--minutes and --steps do not go together/);
    expect(await refused('--out', join(folder, 'x'), '--network', 'lrge')).toMatch(/--network lrge: /);
  });
});
