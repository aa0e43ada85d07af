import type { DynamicNrm, Moment } from '../models/dynamicNrm/index.js';
import { pathOf, type Switches } from '../models/nrm/index.js';
import { meanPooling } from '../nn/pooling.js';
import { renderingPathNormalization } from '../objectives/renderingPath.js';
import type { Named } from '../tensorflow/program.js';
import tf, { type Scalar, type Tensor, type Tensor4D } from '../tensorflow/tf.js';

/**
 * Rendering-path normalisation over time, L_RPN ≈ −log p(z* | ŷ, z_{τ−1}): Σ_ℓ mean |(b + R ∗ m) ⊙ h − (b + R ∗ m) ⊙ h⁰|, each at
 * the places that its own switches chose. h⁰ is rendered with the switches that a frame without any content gets after the same
 * past. Without a past it is the NRM's.
 */
export function memoryPathNormalization(
  { still }: DynamicNrm,
  parameters: Named<Tensor>,
  { inference, template, feedback, rendering }: Moment,
): Scalar {
  const { height, width, channels } = still.image;
  const count = template.shape[0];
  const { switches, affines } = pathOf(inference);
  const nothing = tf.fill([count, height, width, channels], 0) as Tensor4D;
  const empty = pathOf(still.forward(parameters, nothing, { affines, feedback }));
  const emptyUnits = still.render(parameters, template, empty).units;
  /** Terms of the switches' prior: (b + R ∗ m) ⊙ u. */
  const weighed = (units: readonly Tensor4D[], chosen: readonly Switches[]) =>
    units.map((unit, index) => {
      const { pool } = still.layers[index]!;
      const past = feedback && atChosen(feedback[index]!, chosen[index]!, pool?.size ?? 1);
      const { shift } = affines[index]!;
      return tf.mul(unit, past ? tf.add(past, shift) : shift) as Tensor4D;
    });
  return renderingPathNormalization(
    affines.map(() => tf.scalar(1)),
    weighed(rendering().units, switches),
    weighed(emptyUnits, empty.switches),
    // Each clip has an empty frame of its own.
    tf.eye(count),
  );
}

/** Of a map before pooling, the values at the places that won. */
function atChosen(map: Tensor4D, { winners }: Switches, size: number): Tensor4D {
  if (!winners) return map;
  return tf.mul(meanPooling(tf.mul(map, winners), size), size ** 2);
}
