import { benchViews, type ViewsBench } from '../../../bench/speed/views.js';
import { loadConfig, loadSampleConfig } from '../../config/loadConfig.js';
import { openTrainingEngine } from '../../engine/openEngine.js';
import { openThreadEngine } from '../../engine/trainingThread.js';
import { pipelinePath } from '../../library/sources/pipelinePath.js';
import { textTable } from '../terminal/terminal.js';
import type { BenchOptions } from './benchOptions.js';

/** `foreframe bench views`: what the host prepares, beside the step that waits for it. */
export async function viewsBench(
  _files: readonly string[],
  _folder: string,
  { json }: BenchOptions,
): Promise<void> {
  const results = [await images(), await clips()];
  if (json) {
    console.log(JSON.stringify(results));
    return;
  }
  for (const { samples, stepMilliseconds, stepProcessor, rows } of results) {
    console.log(
      `\n${samples}; the training step takes ${stepMilliseconds.toFixed(0)} ms, of processors ${stepProcessor.toFixed(0)} ms; medians`,
    );
    const cells = rows.map(({ view, milliseconds, processor, viewsPerSecond, ofStep }) => [
      view,
      viewsPerSecond.toFixed(0),
      milliseconds.toFixed(2),
      processor.toFixed(2),
      ofStep.toFixed(3),
    ]);
    console.log(
      textTable(['view', 'views/s', 'ms a batch', 'ms of a processor', '÷ step, of processors'], cells),
    );
  }
}

/** 32 labelled and 96 unlabelled images of CIFAR-10's size. */
async function images(): Promise<ViewsBench> {
  const pipeline = pipelinePath('classify-cifar10-4000-labels-narrow');
  const samples = await loadSampleConfig(pipeline, ['training.unlabelled=96']);
  const image = { height: 32, width: 32, channels: 3 };
  const engine = await openThreadEngine({ samples, image, threads: samples.threads });
  try {
    return await benchViews(engine, { ...image, count: 128, frames: 1 }, 'images');
  } finally {
    await engine.dispose();
  }
}

async function clips(): Promise<ViewsBench> {
  const config = await loadConfig(pipelinePath('video'), []);
  const engine = await openTrainingEngine(config);
  try {
    const { height, width, steps } = config.data;
    const shape = { count: config.training.batch, frames: steps + 1, height, width, channels: 1 };
    return await benchViews(engine, shape, 'clips');
  } finally {
    await engine.dispose();
  }
}
