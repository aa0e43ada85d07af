import { join } from 'node:path';
import { analyseCommand } from '../../../src/cli/analyse/analyse.js';
import { evaluateCommand } from '../../../src/cli/evaluate/evaluate.js';
import { exportCommand } from '../../../src/cli/export.js';
import { extractCommand } from '../../../src/cli/extract/extract.js';
import { predictCommand } from '../../../src/cli/predict.js';
import { reportCommand } from '../../../src/cli/report/report.js';
import { trainCommand } from '../../../src/cli/train/train.js';
import { loadRun } from '../../../src/engine/loadRun.js';

export interface ReadingPlaces {
  readonly run: string;
  readonly video: string;
  /** An empty folder for what is written outside of the run. */
  readonly out: string;
}

/** A command that reads a trained run, called in this process. */
export interface ReadingCommand {
  readonly name: string;
  /** Files that it writes in the run. */
  readonly writes: readonly string[];
  /** Files of `writes` and `out` whose values do not depend on anything but weights, configuration and data. */
  readonly compares: readonly string[];
  run(places: ReadingPlaces): Promise<void>;
}

const ANALYSIS = { clips: 12, people: 4, turn: 0, draws: 2, seed: 0, map: 'pca', steps: 3 };

export const readingCommands: readonly ReadingCommand[] = [
  {
    name: 'evaluate',
    writes: ['evaluation.json'],
    compares: ['evaluation.json'],
    run: ({ run }) => evaluateCommand(run, {}),
  },
  {
    name: 'report',
    writes: ['report.html', 'evaluation.json'],
    compares: [],
    run: ({ run }) => reportCommand(run),
  },
  {
    name: 'extract',
    writes: [],
    compares: ['latents.parquet'],
    run: ({ run, out }) =>
      extractCommand(run, undefined, {
        out: join(out, 'latents.parquet'),
        times: 'all',
        pool: 'none',
        weights: 'trained',
      }),
  },
  {
    name: 'predict',
    writes: [],
    compares: ['expected.mp4'],
    run: ({ run, video, out }) => predictCommand(run, video, { horizon: 2, out: join(out, 'expected.mp4') }),
  },
  {
    name: 'export',
    writes: [],
    compares: ['served/saved_model.pb', 'served/variables/variables.data-00000-of-00001'],
    run: ({ run, out }) => exportCommand(run, { out: join(out, 'served') }),
  },
  {
    name: 'analyse',
    writes: [],
    compares: ['analysis.json'],
    run: ({ run, out }) =>
      analyseCommand(run, { ...ANALYSIS, data: 'bouncing-balls', out: join(out, 'analysis.html') }),
  },
  {
    name: 'loadRun',
    writes: [],
    compares: [],
    run: async ({ run }) => {
      const model = await loadRun(run);
      await model.dispose();
    },
  },
  {
    name: 'train --resume',
    writes: ['checkpoints', 'metrics.jsonl', 'events', 'samples', 'environment.json', 'config.yaml'],
    compares: [],
    run: ({ run }) => trainCommand(undefined, [], { set: [], run, resume: true }),
  },
];
