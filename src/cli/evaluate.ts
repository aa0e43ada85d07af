import { isDeepStrictEqual } from 'node:util';
import type { EvaluationConfig } from '../training/config.js';
import { evaluateRun } from '../training/evaluateRun.js';
import { openEvaluationEngine } from '../training/openEngine.js';
import { RunFolder } from '../training/runFolder.js';
import { evaluationText } from './evaluationText.js';
import { openSource } from './experiment.js';

/** What differs from the run's own `evaluation` settings. */
export type EvaluateOptions = { readonly json?: boolean } & Partial<EvaluationConfig>;

/** `foreframe evaluate RUN` */
export async function evaluateCommand(path: string, { json, ...sizes }: EvaluateOptions): Promise<void> {
  const run = await RunFolder.open(path);
  const own = await run.readConfig();
  const config = { ...own, evaluation: { ...own.evaluation, ...sizes } };
  const keep = isDeepStrictEqual(config, own);
  const source = await openSource(config);
  const engine = await openEvaluationEngine(config);
  try {
    const evaluation = await evaluateRun(run, config, engine, source, { keep });
    if (!keep) console.error('not kept in the run folder: its evaluation is of the sizes in its config.yaml');
    console.log(json ? JSON.stringify(evaluation) : evaluationText(evaluation));
  } finally {
    await engine.dispose();
  }
}
