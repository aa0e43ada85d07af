import { ForeframeError } from '../../common/errors.js';
import { required } from '../../common/required.js';
import { isUnconnected } from '../backend/tensorFlowError.js';
import tf, { type Scalar, type Tensor } from '../backend/tf.js';
import { type CheckedMinimize, checkLoss } from '../checks/checkedMinimize.js';
import { squaredNorm } from '../gradients/gradients.js';
import type { Named } from '../spec/program.js';

/** A loss, its gradients by variable (scaled down where the options ask for it), and their norm before that. */
export interface Gradients {
  readonly loss: Scalar;
  readonly gradientNorm: Scalar;
  readonly gradients: Named<Tensor>;
}

/** Differentiate `loss` by the variables of `options`; a variable that the loss does not depend on has no gradient. */
export function gradientsOf(
  entry: string,
  loss: () => Scalar,
  variables: Named<tf.Variable>,
  { names, clipNorm }: CheckedMinimize,
): Gradients {
  const computed = () => {
    const found: unknown = loss();
    checkLoss(entry, found);
    return found;
  };
  const { value, grads } = connected(entry, names, () =>
    tf.variableGrads(
      computed,
      names.map((name) => required(variables, name)),
    ),
  );
  const found = names.flatMap((name) => {
    const gradient = grads[required(variables, name).name];
    return gradient ? [[name, gradient] as const] : [];
  });
  const gradientNorm = tf.sqrt(tf.addN(found.map(([, gradient]) => squaredNorm(gradient)))) as Scalar;
  if (clipNorm === undefined) return { loss: value, gradientNorm, gradients: Object.fromEntries(found) };
  const scale = clipScale(gradientNorm, clipNorm);
  const clipped = found.map(([name, gradient]) => [name, tf.mul(gradient, scale)] as const);
  return { loss: value, gradientNorm, gradients: Object.fromEntries(clipped) };
}

/** @throws ForeframeError in place of tfjs' own message where no variable leads to the loss. */
function connected<T>(entry: string, names: readonly string[], body: () => T): T {
  try {
    return body();
  } catch (error) {
    if (!isUnconnected(error)) throw error;
    const some = names.length > 5 ? `the ${names.length} variables` : names.join(', ');
    throw new ForeframeError(
      `entry ${entry}, minimize: the loss depends on none of ${some}: compute it from step.variables inside of the function`,
      { cause: error },
    );
  }
}

/** Factor that brings a gradient of this norm down to `limit` and leaves a shorter one alone. */
export function clipScale(norm: Scalar, limit: number): Scalar {
  return tf.div(limit, tf.maximum(norm, limit)) as Scalar;
}
