import type { Tensor } from '../../tensorflow/backend/tf.js';
import type { HostArray, Named } from '../../tensorflow/spec/program.js';
import type { Encoder, Encoding } from '../encoder.js';
import { type Branch, layerParameters, movingNames, statisticsName } from './layers.js';
import type { Nrm, WayUp } from './nrm.js';

/** The reading that an encoder makes: with maxima, as where there is one only. */
const READING: Branch = 'max';

/**
 * The way up of an NRM as an encoder: its layers are ψ of each layer, its features ψ_L as templates are compared with it. Of Max-Min's two
 * readings it makes the one with maxima; the templates and what normalises on the way down are not among its parameters.
 */
export function nrmEncoder(
  { config, image, layers, features, climb }: Nrm,
  name: string = config.name,
): Encoder {
  const read = { ...config, maxMin: false };
  return {
    name,
    image,
    features,
    layers: Object.fromEntries(
      layers.map(({ name: layer, output: { height, width, channels } }) => [
        layer,
        [height, width, channels],
      ]),
    ),
    statistics: layers.flatMap((layer) => movingNames(layer, read)),

    parameters(seed) {
      const all: Named<HostArray> = {};
      for (const layer of layers) Object.assign(all, layerParameters(layer, read, seed));
      return all;
    },

    encode: (parameters, images, options = {}) =>
      encodingOf(climb(parameters, images, { ...options, activation: READING }), layers),
  };
}

function encodingOf({ features, layers: found }: WayUp, layers: Nrm['layers']): Encoding {
  const maps: Named<Tensor> = {};
  const moments: Named<Tensor> = {};
  layers.forEach((layer, index) => {
    const { map, moments: batch } = found[index]!;
    maps[layer.name] = map;
    if (!batch) return;
    const name = statisticsName(layer, READING);
    moments[`${name}.mean`] = batch.mean;
    moments[`${name}.variance`] = batch.variance;
  });
  return { layers: maps, features, moments };
}
