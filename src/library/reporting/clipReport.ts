import { relative } from 'node:path';
import { stringify } from 'yaml';
import type { PipelineConfig } from '../../config/config.js';
import type { Engine } from '../../engine/engine.js';
import type { Evaluation } from '../../evaluation/evaluateRun.js';
import { writeReport } from '../../report/pages/page.js';
import type { ReportData, Video } from '../../report/parts/reportData.js';
import { readMetrics } from '../../runs/metricsLog.js';
import type { RunFolder } from '../../runs/runFolder.js';
import { withoutSavedPasswords } from '../../runs/savedPaths.js';
import type { FrameSource } from '../../stream/frameSource.js';
import { flatten } from './flatten.js';
import { movingPrediction, nextFrameStrips, rolloutStrips } from './reportImages.js';
import { summaryFacts, summarySentences } from './reportSummary.js';
import { learningPart, nextFramePart, rolloutPart } from './reportTables.js';
import { watchedClips } from './watchedClips.js';

/** Test clips that a page shows. */
const EXAMPLES = 3;

/** Write the run's page. `engine` holds the weights that were evaluated. */
export async function reportRun(
  run: RunFolder,
  config: PipelineConfig,
  engine: Engine,
  source: FrameSource,
  evaluation: Evaluation,
  video?: string,
): Promise<void> {
  const metrics = readMetrics(run.metrics);
  const seconds = metrics.findLast((record) => record.seconds !== undefined)?.seconds;
  const trained = {
    steps: metrics.at(-1)?.step ?? evaluation.step,
    seconds: seconds ?? 60 * evaluation.minutes.total,
  };
  const clips = await watchedClips(config, engine, source, EXAMPLES);
  const data: ReportData = {
    title: `foreframe: ${config.name}`,
    subtitle: `${config.model.name} on ${source.description}`,
    ...(clips[0] && { moving: await movingPrediction(clips[0]) }),
    summary: summarySentences(evaluation),
    facts: summaryFacts(config, evaluation, trained),
    parts: [
      { ...nextFramePart(evaluation), images: await nextFrameStrips(clips.slice(0, 2)) },
      { ...rolloutPart(evaluation), images: await rolloutStrips(clips) },
      learningPart(metrics, evaluation),
      { title: 'Video', videos: video ? [wholeVideo(relative(run.path, video))] : [] },
    ],
    settings: stringify(withoutSavedPasswords(config)),
    environment: flatten(await run.readEnvironment()),
  };
  await writeReport(run.report, data);
}

function wholeVideo(file: string): Video {
  return {
    title: 'A whole test video',
    caption:
      'Truth, prediction and copy-last above the time and both errors; past the end the model goes on from its own predictions.',
    file,
  };
}
