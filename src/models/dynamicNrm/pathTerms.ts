import { meanPooling } from '../../nn/pooling.js';
import tf, { type Tensor4D } from '../../tensorflow/backend/tf.js';
import type { Nrm, RenderingPath, Switches } from '../nrm/index.js';

/**
 * The terms of the logarithm of the switches' prior, (b_ℓ + R_ℓ ∗ m) ⊙ u_ℓ of each layer, at the places that the path chose: of the
 * shape of the rendered units.
 * @param feedback R ∗ m of each layer, before pooling; none where there is no past
 */
export function pathTerms(
  { layers }: Nrm,
  units: readonly Tensor4D[],
  { switches, affines }: RenderingPath,
  feedback?: readonly Tensor4D[],
): Tensor4D[] {
  return units.map((unit, index) => {
    const size = layers[index]!.pool?.size ?? 1;
    const past = feedback && atChosen(feedback[index]!, switches[index]!, size);
    const { shift } = affines[index]!;
    return tf.mul(unit, past ? tf.add(past, shift) : shift) as Tensor4D;
  });
}

/** Of a map before pooling, the values at the places that won. */
function atChosen(map: Tensor4D, { winners }: Switches, size: number): Tensor4D {
  if (!winners) return map;
  return tf.mul(meanPooling(tf.mul(map, winners), size), size ** 2);
}
