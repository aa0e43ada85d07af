import type { PipelineKind } from '../config/pipelineKind.js';
import { openTrainingEngine } from '../engine/openEngine.js';
import { evaluateRun, readEvaluation } from '../evaluation/evaluateRun.js';
import { noteFirstWeights } from '../runs/firstWeights.js';
import { RunFolder } from '../runs/runFolder.js';
import { sampleReport } from './reporting/classifierReport.js';
import { reportRun } from './reporting/clipReport.js';
import { openRunSource } from './sources/runSource.js';
import type { Watching } from './watching.js';

/** A page that was written. */
export interface Report {
  /** What the run learned from. */
  readonly kind: PipelineKind;
  /** Its path: `report.html` in the run folder. */
  readonly page: string;
}

/**
 * Write `report.html` into a run folder: what the run expects to see, figures beside the baselines, the course of training,
 * settings. A run that is not evaluated yet is evaluated first.
 * @param path run folder
 * @throws ForeframeError when there is no run, or it has saved no weights
 */
export async function report(path: string, watching: Watching = {}): Promise<Report> {
  const run = await RunFolder.open(path);
  const kind = await run.readKind();
  if (kind === 'images') await sampleReport(run, watching);
  else await clipReport(run, watching);
  return { kind, page: run.report };
}

async function clipReport(run: RunFolder, watching: Watching): Promise<void> {
  const config = await run.readConfig();
  await noteFirstWeights(run, watching.onNote);
  const source = await openRunSource(run, config, watching);
  const engine = await openTrainingEngine(config);
  try {
    const kept = await readEvaluation(run);
    const evaluation = kept ?? (await evaluateRun(run, config, engine, source));
    await engine.restore((await run.bestCheckpoint()).state);
    await reportRun(run, config, engine, source, evaluation);
  } finally {
    await engine.dispose();
  }
}
