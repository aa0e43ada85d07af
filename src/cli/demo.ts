import { join } from 'node:path';
import { evaluateRun } from '../training/evaluateRun.js';
import { loadConfig } from '../training/loadConfig.js';
import { evaluationText } from './evaluationText.js';
import { builtDataset } from './experiment.js';
import { pipelinePath } from './pipelinePath.js';
import { predictVideo } from './predict.js';
import { reportRun } from './report.js';
import { trainWithProgress } from './train.js';

export interface DemoOptions {
  readonly set: string[];
  readonly run: string;
}

/** `foreframe demo`: data, training, evaluation, report and video, from nothing. */
export async function demoCommand(options: DemoOptions): Promise<void> {
  const config = await loadConfig(pipelinePath('demo'), options.set);
  const { run, source, engine } = await trainWithProgress(config, options.run, { overwrite: true });
  try {
    const evaluation = await evaluateRun(run, config, engine, source);
    const video = join(run.path, 'prediction.mp4');
    const { splits } = await builtDataset(config.data.dataset!, config.data.clips);
    await predictVideo(run, join(splits.test, '00000.mp4'), video, config.data.steps);
    await reportRun(run, config, engine, source, evaluation, video);
    console.log(evaluationText(evaluation));
    console.log(`\nlook at ${run.report} and ${video}`);
  } finally {
    await engine.dispose();
  }
}
