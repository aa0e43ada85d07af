import { type Encoder, linearHead } from '../../models/index.js';
import tf, { type Tensor, type Tensor4D, type Tensor5D } from '../../tensorflow/backend/tf.js';
import type { Named } from '../../tensorflow/spec/program.js';
import { answerTerms } from '../parts/answerLosses.js';
import type { ClipClassifier } from './clipClassifier.js';

/** Any encoder with a linear classifier on its features. It classifies each frame by itself; an image is a clip of one frame. */
export function encoderClassifier(encoder: Encoder, classes: number): ClipClassifier {
  const head = linearHead('classifier', encoder.features, classes);
  const encode = (parameters: Named<Tensor>, clips: Tensor5D, reading: Reading) => {
    const [count, time, ...image] = clips.shape;
    const images = tf.reshape(clips, [count * time, ...image]) as Tensor4D;
    const { features, moments } = encoder.encode(parameters, images, reading);
    const logits = head.apply(parameters, features);
    const byTime = time === 1 ? [logits] : tf.unstack(tf.reshape(logits, [count, time, classes]), 1);
    return { answers: byTime as tf.Tensor2D[], features, moments };
  };
  return {
    image: encoder.image,
    statistics: encoder.statistics,
    parameters: (seed) => ({ ...encoder.parameters(seed), ...head.parameters(seed) }),
    answers: (parameters, clips, reading = {}) => encode(parameters, clips, reading).answers,
    read(parameters, clips, reading = {}) {
      const { answers, features, moments } = encode(parameters, clips, reading);
      return { logits: answers.at(-1)!, features, statistics: moments };
    },
    losses(parameters, batch, weights, { pseudoLabelThreshold, ...reading }) {
      const { answers, moments } = encode(parameters, batch.clips, reading);
      return { terms: answerTerms(answers, batch, weights, pseudoLabelThreshold), statistics: moments };
    },
  };
}

type Reading = Parameters<Encoder['encode']>[2];
