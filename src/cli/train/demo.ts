import { join } from 'node:path';
import { UsageError } from '../../common/errors.js';
import { isOfClips } from '../../config/anyConfig.js';
import { evaluateRun } from '../../evaluation/evaluateRun.js';
import { predict } from '../../library/predict.js';
import { reportRun } from '../../library/reporting/clipReport.js';
import { loadPipeline } from '../../library/sources/loadPipeline.js';
import { builtDataset } from '../../library/sources/openSource.js';
import { pipelinePath } from '../../library/sources/pipelinePath.js';
import { evaluationText } from '../evaluate/evaluationText.js';
import { drawnWork } from '../terminal/drawnWork.js';
import { trainWithProgress } from './train.js';

export interface DemoOptions {
  readonly set: string[];
  readonly run: string;
}

/** `foreframe demo`: data, training, evaluation, report and video, from nothing. */
export async function demoCommand(options: DemoOptions): Promise<void> {
  const config = await loadPipeline(pipelinePath('demo'), options.set);
  if (!isOfClips(config)) throw new UsageError('the demo learns from clips: leave out --set method.name');
  const { run, source, engine } = await trainWithProgress(config, options.run, { overwrite: true });
  try {
    const evaluation = await evaluateRun(run, config, engine, source);
    const video = join(run.path, 'prediction.mp4');
    const { splits } = await drawnWork((watching) =>
      builtDataset(config.data.dataset!, config.data.clips, watching),
    );
    await drawnWork((watching) =>
      predict(run.path, join(splits.test, '00000.mp4'), {
        out: video,
        horizon: config.data.steps,
        ...watching,
      }),
    );
    await reportRun(run, config, engine, source, evaluation, video);
    console.log(evaluationText(evaluation));
    console.log(`\nlook at ${run.report} and ${video}`);
  } finally {
    await engine.dispose();
  }
}
