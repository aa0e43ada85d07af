import type { Network } from '../../models/index.js';
import { branchesOf, type Nrm } from '../../models/nrm/index.js';
import { halfOfEach } from '../../objectives/rendering/maxMin.js';
import tf, { type Tensor4D } from '../../tensorflow/backend/tf.js';
import { upwardMoments } from '../parts/movingStatistics.js';
import { type ClipClassifier, dynamicNrmClassifier, gatedClassifier } from './clipClassifier.js';
import { encoderClassifier } from './encoderClassifier.js';

/** A classifier of clips, of which an image is one with a single frame: what it answers, and nothing of its losses. */
export type SampleReader = Pick<ClipClassifier, 'image' | 'statistics' | 'parameters' | 'read'>;

/** A network's own answers where it has any; else a linear classifier on its encoder's features. */
export function sampleReader(network: Network, classes: number): SampleReader {
  return network.renderer ? templateReader(network.renderer) : clipClassifierOf(network, classes);
}

/** The same of a network that does not render single images. */
export function clipClassifierOf(
  { name, dynamicRenderer, clipClassifier, encoder }: Network,
  classes: number,
): ClipClassifier {
  if (dynamicRenderer) return dynamicNrmClassifier(dynamicRenderer);
  if (clipClassifier) return gatedClassifier(clipClassifier);
  if (encoder) return encoderClassifier(encoder, classes);
  throw new RangeError(`${name} offers neither classes nor an encoder`);
}

/** The way up of a neural rendering model, which reads single images; with Max-Min the mean of both readings. */
function templateReader(model: Nrm): SampleReader {
  return {
    image: model.image,
    statistics: model.statistics,
    parameters: (seed) => model.parameters(seed),
    read(parameters, clips, reading = {}) {
      const images = tf.squeeze<Tensor4D>(clips, [1]);
      const readings = branchesOf(model.config).map((activation) => {
        const { logits, features, layers } = model.forward(parameters, images, { ...reading, activation });
        return { logits, features, moments: upwardMoments(model, layers, activation) };
      });
      return {
        logits: halfOfEach(readings.map(({ logits }) => logits)),
        features: halfOfEach(readings.map(({ features }) => features)),
        statistics: Object.fromEntries(readings.flatMap(({ moments }) => moments)),
      };
    },
  };
}
