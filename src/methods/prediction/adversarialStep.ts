import { DISCRIMINATOR_PREFIX, type Discriminator } from '../../models/discriminator.js';
import type { VideoModel } from '../../models/videoModel.js';
import {
  adversarialLoss,
  discriminatorAccuracy,
  discriminatorLoss,
} from '../../objectives/answers/adversarial.js';
import tf, { type Tensor4D, type Tensor5D } from '../../tensorflow/backend/tf.js';
import { entryOf } from '../../tensorflow/spec/entry.js';
import type { Entry } from '../../tensorflow/spec/program.js';
import { Aside } from '../parts/aside.js';
import type { StepOptimizer } from '../settings/optimizer.js';
import { clipsInput, type VideoProgramSizes, watchedAndNext } from './clipFrames.js';
import { lastOf, type PredictionSettings, squaredErrorOf } from './predictionStep.js';

/** Optimizer state of the discriminator is called `<this>/…`: like the generator's, it begins with `optimizer/`. */
const DISCRIMINATOR_OPTIMIZER = 'optimizer/discriminator';

export interface AdversarialSettings extends StepOptimizer, Pick<PredictionSettings, 'predict'> {
  /** Weight of the adversarial loss against the mean squared error's 1. */
  readonly lambda: number;
  readonly discriminator: { readonly optimizer: StepOptimizer['optimizer'] };
}

/**
 * One step of the discriminator, then one of the generator against it, on the same clips (the order of Goodfellow et al. 2014,
 * algorithm 1). The generator's loss is its mean squared error + λ · (−log D(generated is real)) (Lotter, Kreiman & Cox,
 * arXiv 1511.06380). The discriminator sees one candidate per clip, the frame after the last that is watched, limited to
 * [0, 1] as an image is, whichever predictions the squared error counts.
 *
 * Clips and both learning rates → loss, mse, adversarial (without λ), gradientNorm (the generator's), discriminatorLoss,
 * discriminatorAccuracy (over as many real as generated frames); the discriminator's two from before its step.
 */
export function adversarialStep(
  model: VideoModel,
  judge: Discriminator,
  sizes: VideoProgramSizes,
  { optimizer, clipNorm, predict, lambda, discriminator: opponent }: AdversarialSettings,
): Entry {
  const rate = { shape: [], dtype: 'float32' } as const;
  return entryOf(
    {
      clips: clipsInput(model.frame, sizes),
      learningRate: rate,
      discriminatorLearningRate: rate,
    },
    ({ clips, learningRate, discriminatorLearningRate }, step) => {
      const [watched, next] = watchedAndNext(clips);
      const expect = () => model.watch(step.variables, watched, model.initialState(sizes.batch)).prediction;
      const names = Object.keys(step.variables);
      const ofDiscriminator = names.filter((name) => name.startsWith(DISCRIMINATOR_PREFIX));

      const generated = candidateOf(expect());
      const candidates = tf.concat([candidateOf(next), generated], 0);
      const measured = new Aside();
      const discriminatorStep = step.minimize(
        () => {
          const [real, made] = tf.split(judge.judge(step.variables, watched, candidates), 2) as [
            tf.Tensor2D,
            tf.Tensor2D,
          ];
          measured.keep('discriminatorAccuracy', discriminatorAccuracy(real, made));
          return discriminatorLoss(real, made);
        },
        {
          optimizer: opponent.optimizer,
          learningRate: discriminatorLearningRate,
          variables: ofDiscriminator,
          name: DISCRIMINATOR_OPTIMIZER,
        },
      );

      const generatorStep = step.minimize(
        () => {
          const prediction = expect();
          const mse = measured.keep('mse', squaredErrorOf(prediction, next, predict));
          const logits = judge.judge(step.variables, watched, candidateOf(prediction));
          const fooling = measured.keep('adversarial', adversarialLoss(logits));
          return tf.add(mse, tf.mul(fooling, lambda));
        },
        {
          optimizer,
          clipNorm,
          learningRate,
          variables: names.filter((name) => !ofDiscriminator.includes(name)),
        },
      );
      return { ...generatorStep, discriminatorLoss: discriminatorStep.loss, ...measured.take() };
    },
  );
}

/** The last frame of each clip as an image, `[batch, h, w, c]` in [0, 1]. */
function candidateOf(frames: Tensor5D): Tensor4D {
  const last = lastOf(frames);
  const [batch, , ...size] = last.shape;
  return tf.clipByValue(tf.reshape(last, [batch, ...size]) as Tensor4D, 0, 1);
}
