import { constant } from '../../nn/initializers.js';
import { tensorOf } from '../../nn/tensorOf.js';
import tf, { type Tensor } from '../../tensorflow/backend/tf.js';
import type { HostArray, Named } from '../../tensorflow/spec/program.js';

/** tanh of it is 0.9: what a template has moved by is at first mostly kept. */
const MOSTLY_KEPT = 1.472;

/** F and G, feature by feature: `template.transition` (F = tanh of it, so that v never grows by itself) and `template.gain` (G = σ of it). */
export function dynamicsParameters(features: number): Named<HostArray> {
  return {
    'template.transition': constant([features], MOSTLY_KEPT),
    'template.gain': constant([features], 0),
  };
}

/** F v̂: how far the template is expected to be from its class's in the next frame. */
export function expectedMove(parameters: Named<Tensor>, v: tf.Tensor2D): tf.Tensor2D {
  return tf.mul(v, tf.tanh(tensorOf(parameters, 'template.transition')));
}

/**
 * v̂_τ = F v̂_{τ−1} + G (ψ_{τ,L} − μ_ŷ − F v̂_{τ−1}): a Kalman filter's update with a gain that is learned instead of computed.
 * @param expected F v̂_{τ−1}; nothing before the first frame, when v̂ is 0
 */
export function movedTemplate(
  parameters: Named<Tensor>,
  features: tf.Tensor2D,
  template: tf.Tensor2D,
  expected: tf.Tensor2D | undefined,
): tf.Tensor2D {
  const apart: tf.Tensor2D = tf.sub(features, template);
  const gain = tf.sigmoid(tensorOf(parameters, 'template.gain'));
  if (!expected) return tf.mul(apart, gain);
  return tf.add(expected, tf.mul(tf.sub(apart, expected), gain));
}
