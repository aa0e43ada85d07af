import { UsageError } from '../common/errors.js';
import { required } from '../common/required.js';
import { shorten } from '../common/text/shorten.js';
import tf from '../tensorflow/backend/tf.js';
import type { Encoder, Encoding } from './encoder.js';

/** Vectors that a head can read. */
export interface Readout {
  /** Values of each vector. */
  readonly inputs: number;
  /** `[n, inputs]` */
  of(encoding: Encoding): tf.Tensor2D;
}

/**
 * An encoder's features, or one of its layers: of a map the means of its channels, of a vector all of it.
 * @param key where `layer` was set, for the message
 * @throws UsageError when the encoder has no such layer
 */
export function readout(encoder: Encoder, layer?: string, key = 'method.layer'): Readout {
  if (layer === undefined) return { inputs: encoder.features, of: ({ features }) => features };
  const shape = Object.hasOwn(encoder.layers, layer) ? encoder.layers[layer] : undefined;
  if (!shape) {
    const known = Object.keys(encoder.layers).join(', ');
    throw new UsageError(
      `${key}: model ${encoder.name} has no layer ${shorten(layer, 60)}; it has: ${known}`,
    );
  }
  return {
    inputs: shape.at(-1)!,
    of({ layers }) {
      const found = required(layers, layer);
      return shape.length === 1 ? (found as tf.Tensor2D) : tf.mean(found, [1, 2]);
    },
  };
}
