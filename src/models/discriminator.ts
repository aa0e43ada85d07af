import { z } from 'zod';
import { dense, denseParameters } from '../nn/dense.js';
import { lstm, lstmParameters } from '../nn/lstm.js';
import tf, { type Tensor, type Tensor4D, type Tensor5D } from '../tensorflow/backend/tf.js';
import type { HostArray, Named } from '../tensorflow/spec/program.js';
import { convolutionalEncoder } from './parts/convolutionalEncoder.js';
import type { FrameShape } from './videoModel.js';

/** Settings of the discriminator. */
export const discriminatorConfig = z.strictObject({
  filters: z
    .array(z.int().positive())
    .min(1)
    .default([32, 32])
    .describe(
      'Filters of the convolutions that encode the frames, outermost first: of the past and of the candidate alike.',
    ),
  kernel: z.int().positive().default(3).describe('Side of every convolution kernel, in pixels.'),
  lstm: z.int().positive().default(256).describe('Units of the LSTM that watches the past.'),
  units: z
    .int()
    .positive()
    .default(256)
    .describe("Units of the candidate's fully connected layer and of the two hidden layers that decide."),
});
export type DiscriminatorConfig = z.infer<typeof discriminatorConfig>;

/** All of the discriminator's parameters, and no others, begin with this. */
export const DISCRIMINATOR_PREFIX = 'discriminator/';

/** Distinguishes real next frames from generated ones. */
export interface Discriminator {
  /** Parameters before training, by name. */
  parameters(seed: number): Named<HostArray>;
  /**
   * Logits, `[groups · batch, 2]`: of being generated, and of being real.
   * @param past `[batch, time, height, width, channels]`
   * @param candidates frames that may follow it, `[groups · batch, height, width, channels]`: one for each past, then
   * another for each, and so on
   */
  judge(parameters: Named<Tensor>, past: Tensor5D, candidates: Tensor4D): tf.Tensor2D;
}

/**
 * Discriminator of the adversarial PGN (Lotter, Kreiman & Cox, arXiv 1511.06380): the past goes through an encoder of its
 * own and an LSTM, the candidate for the next frame through another encoder and a fully connected layer; three fully connected
 * layers (ReLU, ReLU, softmax) decide. (How large its layers were is not published: the defaults are this project's.)
 * @throws UsageError when the frames are too small for its poolings
 */
export function discriminator(config: DiscriminatorConfig, frame: FrameShape): Discriminator {
  const called = (part: string) => `${DISCRIMINATOR_PREFIX}${part}`;
  const pastEncoder = convolutionalEncoder(called('past.encoder'), config, frame);
  const candidateEncoder = convolutionalEncoder(called('candidate.encoder'), config, frame);
  const { features } = pastEncoder;
  const { units } = config;

  const watch = (parameters: Named<Tensor>, past: Tensor5D): Tensor => {
    const [batch, time, ...size] = past.shape;
    const flat = tf.reshape(past, [batch * time, ...size]) as Tensor4D;
    const code = tf.reshape(pastEncoder.maps(parameters, flat).at(-1)!, [
      batch,
      time,
      features,
    ]) as tf.Tensor3D;
    const nothing = tf.zeros([batch, config.lstm]);
    return lstm(parameters, called('past.lstm'), code, { h: nothing, c: nothing }).at(-1)!.h;
  };

  return {
    parameters: (seed) => ({
      ...pastEncoder.parameters(seed),
      ...lstmParameters(called('past.lstm'), features, config.lstm, seed),
      ...candidateEncoder.parameters(seed),
      ...denseParameters(called('candidate.dense'), features, units, seed),
      ...denseParameters(called('decision.0'), config.lstm + units, units, seed),
      ...denseParameters(called('decision.1'), units, units, seed),
      ...denseParameters(called('decision.2'), units, 2, seed),
    }),

    judge(parameters, past, candidates) {
      const groups = candidates.shape[0] / past.shape[0];
      const known = tf.tile(watch(parameters, past), [groups, 1]);
      const code = tf.reshape(candidateEncoder.maps(parameters, candidates).at(-1)!, [-1, features]);
      const seen = tf.relu(dense(parameters, called('candidate.dense'), code));
      const first = tf.relu(dense(parameters, called('decision.0'), tf.concat([known, seen], 1)));
      const second = tf.relu(dense(parameters, called('decision.1'), first));
      return dense(parameters, called('decision.2'), second) as tf.Tensor2D;
    },
  };
}
