import { z } from 'zod';
import type { ClipMethod } from './method.js';
import { predictionStep } from './prediction/predictionStep.js';

const settings = z.strictObject({
  name: z.literal('reconstruction'),
  predict: z
    .enum(['every', 'last'])
    .default('every')
    .describe("Which outputs count: that of every frame, or only that of a clip's last frame."),
});

/** Reconstruct the frame that was watched last: the control for next-frame prediction. */
export const reconstruction: ClipMethod<typeof settings> = {
  name: 'reconstruction',
  about: 'Reconstruct the frame that was watched last: the control for next-frame; it need not learn motion.',
  source: 'Lotter, Kreiman & Cox 2015, arXiv 1511.06380 (the controls "AE LSTM" and "AE FC")',
  samples: 'clips',
  needs: ['next-frame'],
  settings,
  target: 'current',
  choosesBest: true,
  predicts: ({ predict }) => predict,
  conflict: (_, { drawsChanges }) =>
    drawsChanges
      ? {
          path: ['method', 'name'],
          message:
            'this model predicts changes of the last frame, so it would reconstruct that frame without learning: ' +
            'use model pgn with output: frame, or autoencoder',
        }
      : undefined,
  build: ({ settings: { predict }, model, sizes, training }) => ({
    train: predictionStep(model, sizes, { ...training, predict, rollout: 0, target: 'current' }),
  }),
};
