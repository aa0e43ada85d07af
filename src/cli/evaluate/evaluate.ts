import { ForeframeError } from '../../common/errors.js';
import { type EvaluationSizes, evaluate } from '../../library/evaluate.js';
import type { Device } from '../../tensorflow/backend/device.js';
import { drawnWork } from '../terminal/drawnWork.js';
import { evaluationText } from './evaluationText.js';
import { sampleAnswer, sampleText } from './sampleText.js';

export type EvaluateCommandOptions = { readonly json?: boolean; readonly device?: Device } & EvaluationSizes;

/** `foreframe evaluate RUN` */
export async function evaluateCommand(
  path: string,
  // The device was chosen before this command began, and is no size.
  { json, device: _, ...sizes }: EvaluateCommandOptions,
): Promise<void> {
  const answer = await drawnWork((watching) => evaluate(path, { ...sizes, ...watching })).catch(
    (error: unknown) => {
      throw namingOptions(error);
    },
  );
  if (!answer.kept)
    console.error('not kept in the run folder: its evaluation is of the sizes in its config.yaml');
  if (answer.kind === 'clips')
    console.log(json ? JSON.stringify(answer.evaluation) : evaluationText(answer.evaluation));
  else console.log(json ? JSON.stringify(sampleAnswer(answer.evaluation)) : sampleText(answer.evaluation));
}

/** Memory that is missing is advised against by keys of a pipeline: of a saved run the options of this command say the same. */
function namingOptions(error: unknown): unknown {
  if (!(error instanceof ForeframeError) || error.code !== 'memory') return error;
  const message = error.message.replaceAll(/\bevaluation\.(batch|horizon|steps|context)\b/g, '--$1');
  return new ForeframeError(message, { cause: error, code: error.code });
}
