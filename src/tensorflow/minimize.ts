import { ForeframeError } from '../common/errors.js';
import { squaredNorm } from './gradients.js';
import type { MinimizeOptions, Named } from './program.js';
import tf, { type Scalar, type Tensor } from './tf.js';

/** A loss, its gradients by variable (scaled down where the options ask for it), and their norm before that. */
export interface Gradients {
  readonly loss: Scalar;
  readonly gradientNorm: Scalar;
  readonly gradients: Named<Tensor>;
}

/** Differentiate `loss` by the variables of `options`; a variable that the loss does not depend on has no gradient. */
export function gradientsOf(
  loss: () => Scalar,
  variables: Named<tf.Variable>,
  options: MinimizeOptions,
): Gradients {
  const names = options.variables ?? Object.keys(variables);
  const unknown = names.find((name) => !variables[name]);
  if (unknown !== undefined)
    throw new ForeframeError(
      `minimize: no variable ${unknown}; there are: ${Object.keys(variables).join(', ')}`,
    );
  const { value, grads } = tf.variableGrads(
    loss,
    names.map((name) => variables[name]!),
  );
  const found = names.flatMap((name) => {
    const gradient = grads[variables[name]!.name];
    return gradient ? [[name, gradient] as const] : [];
  });
  const gradientNorm = tf.sqrt(tf.addN(found.map(([, gradient]) => squaredNorm(gradient)))) as Scalar;
  if (options.clipNorm === undefined)
    return { loss: value, gradientNorm, gradients: Object.fromEntries(found) };
  const scale = clipScale(gradientNorm, options.clipNorm);
  const clipped = found.map(([name, gradient]) => [name, tf.mul(gradient, scale)] as const);
  return { loss: value, gradientNorm, gradients: Object.fromEntries(clipped) };
}

/** Factor that brings a gradient of this norm down to `limit` and leaves a shorter one alone. */
export function clipScale(norm: Scalar, limit: number): Scalar {
  return tf.div(limit, tf.maximum(norm, limit)) as Scalar;
}
