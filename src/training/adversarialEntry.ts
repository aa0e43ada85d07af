import { DISCRIMINATOR_PREFIX, type Discriminator } from '../models/discriminator.js';
import type { VideoModel } from '../models/videoModel.js';
import { adversarialLoss, discriminatorAccuracy, discriminatorLoss } from '../objectives/adversarial.js';
import type { Entry } from '../tensorflow/program.js';
import tf, { type Scalar, type Tensor4D, type Tensor5D } from '../tensorflow/tf.js';
import { Aside } from './aside.js';
import { clipsInput, type VideoProgramSizes, watchedAndNext } from './clipFrames.js';
import type { AdversarialConfig } from './config.js';
import { lastOf, type StepSettings, squaredErrorOf } from './trainEntry.js';

/** Optimizer state of the discriminator is called `<this>/…`: like the generator's, it begins with `optimizer/`. */
const DISCRIMINATOR_OPTIMIZER = 'optimizer/discriminator';

/**
 * One step of the discriminator, then one of the generator against it, on the same clips (the order of Goodfellow et al. 2014,
 * algorithm 1). The generator's loss is its mean squared error + λ · (−log D(generated is real)) (Lotter, Kreiman & Cox,
 * arXiv 1511.06380). The discriminator sees one candidate per clip, the frame after the last that is watched, limited to
 * [0, 1] as a picture is, whichever predictions the squared error counts.
 *
 * Clips and both learning rates → loss, mse, adversarial (without λ), gradientNorm (the generator's), discriminatorLoss,
 * discriminatorAccuracy (over as many real as generated frames); the discriminator's two from before its step.
 */
export function adversarialEntry(
  model: VideoModel,
  judge: Discriminator,
  sizes: VideoProgramSizes,
  settings: StepSettings & { readonly adversarial: AdversarialConfig },
): Entry {
  const { adversarial: against, optimizer, clipNorm, predict } = settings;
  const rate = { shape: [], dtype: 'float32' } as const;
  return {
    inputs: {
      clips: clipsInput(model.frame, sizes),
      learningRate: rate,
      discriminatorLearningRate: rate,
    },
    run: ({ clips, learningRate, discriminatorLearningRate }, step) => {
      const [watched, next] = watchedAndNext(clips!);
      const expect = () => model.watch(step.variables, watched, model.initialState(sizes.batch)).prediction;
      const names = Object.keys(step.variables);
      const ofDiscriminator = names.filter((name) => name.startsWith(DISCRIMINATOR_PREFIX));

      const generated = candidateOf(expect());
      const candidates = tf.concat([candidateOf(next), generated], 0);
      const told = new Aside();
      const discriminatorStep = step.minimize(
        () => {
          const [real, made] = tf.split(judge.judge(step.variables, watched, candidates), 2) as [
            tf.Tensor2D,
            tf.Tensor2D,
          ];
          told.keep('discriminatorAccuracy', discriminatorAccuracy(real, made));
          return discriminatorLoss(real, made);
        },
        {
          optimizer: against.discriminator.optimizer,
          learningRate: discriminatorLearningRate as Scalar,
          variables: ofDiscriminator,
          name: DISCRIMINATOR_OPTIMIZER,
        },
      );

      const generatorStep = step.minimize(
        () => {
          const prediction = expect();
          const mse = told.keep('mse', squaredErrorOf(prediction, next, predict));
          const logits = judge.judge(step.variables, watched, candidateOf(prediction));
          const fooling = told.keep('adversarial', adversarialLoss(logits));
          return tf.add(mse, tf.mul(fooling, against.lambda));
        },
        {
          optimizer,
          clipNorm,
          learningRate: learningRate as Scalar,
          variables: names.filter((name) => !ofDiscriminator.includes(name)),
        },
      );
      return { ...generatorStep, discriminatorLoss: discriminatorStep.loss, ...told.take() };
    },
  };
}

/** The last frame of each clip as a picture, `[batch, h, w, c]` in [0, 1]. */
function candidateOf(frames: Tensor5D): Tensor4D {
  const last = lastOf(frames);
  const [batch, , ...size] = last.shape;
  return tf.clipByValue(tf.reshape(last, [batch, ...size]) as Tensor4D, 0, 1);
}
