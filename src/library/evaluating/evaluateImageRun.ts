import type { SampleConfig } from '../../config/sampleConfig.js';
import { openSampleEngine } from '../../engine/openEngine.js';
import { evaluateSamples, type SampleEvaluation } from '../../evaluation/sampleEvaluation.js';
import type { RunFolder } from '../../runs/runFolder.js';
import { sampleData } from '../sources/sampleData.js';
import type { Watching } from '../watching.js';
import { checkKeeps } from './checkKeeps.js';
import { runningProgress } from './evaluationProgress.js';

/**
 * Test a run that learned from images, and keep the answer in its folder.
 * @throws ForeframeError when it has saved no weights, or its folder cannot be written
 */
export async function evaluateImageRun(
  run: RunFolder,
  config: SampleConfig,
  watching: Watching,
): Promise<SampleEvaluation> {
  await run.bestCheckpoint();
  await checkKeeps(run);
  const data = await sampleData(config, watching);
  const engine = await openSampleEngine(config, data);
  try {
    return await evaluateSamples(run, config, runningProgress(engine, run, config, data, watching), data);
  } finally {
    await engine.dispose();
  }
}
