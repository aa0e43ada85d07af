import { type DynamicNrm, type Moment, pathTerms } from '../../models/dynamicNrm/index.js';
import { pathOf } from '../../models/nrm/index.js';
import { renderingPathNormalization } from '../../objectives/rendering/renderingPath.js';
import tf, { type Scalar, type Tensor, type Tensor4D } from '../../tensorflow/backend/tf.js';
import type { Named } from '../../tensorflow/spec/program.js';

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
  const path = pathOf(inference);
  const { affines } = path;
  const nothing = tf.fill([count, height, width, channels], 0) as Tensor4D;
  const empty = pathOf(still.forward(parameters, nothing, { affines, feedback }));
  const emptyUnits = still.render(parameters, template, empty).units;
  return renderingPathNormalization(
    affines.map(() => tf.scalar(1)),
    pathTerms(still, rendering().units, path, feedback),
    pathTerms(still, emptyUnits, empty, feedback),
    // Each clip has an empty frame of its own.
    tf.eye(count),
  );
}
