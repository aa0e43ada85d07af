import tf, { type Scalar, type Tensor, type Tensor4D } from '../../tensorflow/backend/tf.js';

/**
 * L_RPN ≈ −log p(z* | ŷ), rendering-path normalisation (Ho et al., arXiv 1811.02657): Σ_ℓ mean |b ⊙ h − b ⊙ h⁰|. The prior of
 * switches is exp(Σ ⟨b, u⟩) over its sum for all switches, and the largest term of that sum belongs to the switches that an
 * image without any content gets: a likely path renders nearly what that one does. Here h are the units as they enter the
 * prior, switched by a.
 * @param shifts b of each layer, `[c]`
 * @param units a ⊙ h of each layer for an image's switches, `[n, height, width, c]`
 * @param emptyUnits the same for the switches of a zero image, one for each class: `[classes, height, width, c]`
 * @param classes which class each image was rendered as, one-hot `[n, classes]`
 */
export function renderingPathNormalization(
  shifts: readonly Tensor[],
  units: readonly Tensor4D[],
  emptyUnits: readonly Tensor4D[],
  classes: tf.Tensor2D,
): Scalar {
  const apart = units.map((layer, index) => {
    const [count, ...size] = layer.shape;
    const empty = emptyUnits[index]!;
    const flat = tf.matMul(classes, tf.reshape(empty, [classes.shape[1], -1]));
    const difference = tf.sub(layer, tf.reshape(flat, [count, ...size]));
    return tf.mean(tf.abs(tf.mul(difference, shifts[index]!)));
  });
  return tf.addN(apart) as Scalar;
}
