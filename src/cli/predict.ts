import { type Predicted, type PredictOptions, predict } from '../library/predict.js';
import { drawnWork } from './terminal/drawnWork.js';
import { withInterrupt } from './terminal/terminal.js';

/** `foreframe predict RUN VIDEO` */
export async function predictCommand(
  run: string,
  video: string,
  { json, ...options }: Pick<PredictOptions, 'horizon' | 'out'> & { readonly json?: boolean },
): Promise<void> {
  const predicted = await withInterrupt((signal) =>
    drawnWork((watching) => predict(run, video, { ...options, signal, ...watching })),
  );
  if (json) console.log(JSON.stringify(predicted));
  else console.log(`${predictedText(predicted)}\nwrote ${predicted.out}`);
}

function predictedText({ frames, horizon, model, copyLast }: Predicted): string {
  if (model === undefined || copyLast === undefined)
    return `1 frame, and ${horizon} expected after it: no truth to compare with`;
  return `${frames} frames: mean squared error per pixel value ${model.toPrecision(4)}, copy-last ${copyLast.toPrecision(4)}; ${horizon} more past the end`;
}
