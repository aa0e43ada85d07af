import { DataType } from '../backend/native.js';
import tf, { type Scalar, type Tensor } from '../backend/tf.js';
import { attr, float32, type Output, output } from '../graph/graph.js';
import type { GraphVariable, VariableAccess } from '../graph/variableTable.js';
import { type FullOptimizerSpec, type OptimizerSpec, warmth, withDefaults } from '../spec/optimizers.js';

/** What the update of one variable needs in a graph. */
export interface FusedUpdate {
  readonly variable: GraphVariable;
  readonly gradient: Output;
  readonly access: VariableAccess;
  /** The optimizer's state for this variable; `hidden` state is no part of a checkpoint. */
  slot(name: string, hidden?: boolean): GraphVariable;
}

type Attrs = Parameters<VariableAccess['update']>[3];
const T: Attrs = [attr.type('T', DataType.float32)];

/**
 * One step of an optimizer over several variables, each in one of TensorFlow's fused ops: the same numbers as the plain ops
 * of `optimizers.ts`, in a third of the passes over memory.
 * @param inGraph finds the value in the graph that a tensor stands for.
 * @param step number of this step, from 1.
 */
export function fusedOptimizer(
  spec: OptimizerSpec,
  learningRate: Scalar,
  step: Scalar,
  inGraph: (tensor: Tensor) => Output,
): (update: FusedUpdate) => void {
  const full = withDefaults(spec);
  const rate = inGraph(learningRate);
  switch (full.kind) {
    case 'sgd':
      return full.momentum === 0 ? plain(rate) : momentum(full.momentum, rate);
    case 'rmsprop':
      return rmsprop(full, rate);
    case 'adam':
      return adam(full, learningRate, step, inGraph);
  }
}

function plain(rate: Output) {
  return ({ variable, gradient, access }: FusedUpdate) =>
    access.update([variable], 'ResourceApplyGradientDescent', [output(variable.handle), rate, gradient], T);
}

function momentum(factor: number, rate: Output) {
  return ({ variable, gradient, access, slot }: FusedUpdate) => {
    const velocity = slot('velocity');
    const inputs = [...handles(variable, velocity), rate, gradient, float32(factor)];
    access.update([variable, velocity], 'ResourceApplyMomentum', inputs, T);
  };
}

function rmsprop(spec: FullOptimizerSpec & { kind: 'rmsprop' }, rate: Output) {
  return ({ variable, gradient, access, slot }: FusedUpdate) => {
    const square = slot('square');
    // The op always writes a velocity; without momentum it is just this step's move.
    const velocity = slot('velocity', spec.momentum === 0);
    const inputs = [
      ...handles(variable, square, velocity),
      ...[rate, float32(spec.decay), float32(spec.momentum), float32(spec.epsilon), gradient],
    ];
    access.update([variable, square, velocity], 'ResourceApplyRMSProp', inputs, T);
  };
}

/** TensorFlow adds epsilon before the second moment's correction: scaled by it, epsilon acts as in tfjs and PyTorch. */
function adam(
  { beta1, beta2, epsilon, weightDecay }: FullOptimizerSpec & { kind: 'adam' },
  learningRate: Scalar,
  step: Scalar,
  inGraph: (tensor: Tensor) => Output,
) {
  const secondWarmth = warmth(beta2, step);
  const rate = inGraph(tf.div(tf.mul(learningRate, tf.sqrt(secondWarmth)), warmth(beta1, step)));
  const scaledEpsilon = inGraph(tf.mul(tf.sqrt(secondWarmth), epsilon));
  const kept = weightDecay === 0 ? undefined : tf.sub(1, tf.mul(learningRate, weightDecay));
  const keptValue = kept && inGraph(kept);
  return ({ variable, gradient, access, slot }: FusedUpdate) => {
    if (keptValue) access.scale(variable, keptValue);
    const first = slot('first');
    const second = slot('second');
    const zero = float32(0);
    const inputs = [
      ...handles(variable, first, second),
      // The corrections are in the rate already, with more digits than the op's own 1 − βᵗ would have.
      ...[zero, zero, rate, float32(beta1), float32(beta2), scaledEpsilon, gradient],
    ];
    access.update([variable, first, second], 'ResourceApplyAdam', inputs, T);
  };
}

function handles(...variables: GraphVariable[]): Output[] {
  return variables.map((variable) => output(variable.handle));
}
