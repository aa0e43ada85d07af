import { required } from '../../common/required.js';
import tf, { type Tensor } from '../backend/tf.js';
import { withFlatMasks } from './tape.js';

export type Gradient = (dy: Tensor, inputs: readonly Tensor[], attrs: tf.NamedAttrMap) => Tensor;

/** A kernel whose gradient has to be differentiable itself. */
interface DeepGradient {
  readonly kernel: string;
  /** What tfjs calls the kernel's inputs, all of them. */
  readonly inputs: readonly string[];
  /** In place of tfjs' own formula, for a kernel of one input. */
  readonly gradient?: Gradient;
}

/**
 * Kernels whose gradient tfjs cannot differentiate, or loses a part of: those that foreframe replaces by native ops, those that
 * save their result (their saved result has no path back to the input), and those whose formula holds a mask.
 */
const KERNELS: readonly DeepGradient[] = [
  ...['Relu', 'Relu6', 'Selu', 'Softplus', 'Sigmoid', 'Tanh', 'Sqrt', 'Rsqrt', 'Reciprocal', 'LeakyRelu'],
  ...['Sum', 'Mean', 'Exp', 'LRN', 'MaxPool', 'MaxPool3D', 'Max', 'Min', 'ClipByValue'],
]
  .map((kernel): DeepGradient => ({ kernel, inputs: ['x'] }))
  .concat([
    { kernel: 'Abs', inputs: ['x'], gradient: (dy, [x]) => tf.mul(dy, tf.sign(x!)) },
    {
      kernel: 'Elu',
      inputs: ['x'],
      gradient: (dy, [x]) => tf.where(tf.greater(x!, 0), dy, tf.mul(dy, tf.exp(x!))),
    },
    {
      kernel: 'Tile',
      inputs: ['x'],
      gradient: (dy, [x], attrs) => tf.add(tileGradient(dy, x!, attrs), tf.zerosLike(x!)),
    },
    { kernel: 'Softmax', inputs: ['logits'] },
    { kernel: 'LogSoftmax', inputs: ['logits'] },
    { kernel: 'ResizeNearestNeighbor', inputs: ['images'] },
    { kernel: 'Select', inputs: ['condition', 't', 'e'] },
    { kernel: 'Pow', inputs: ['a', 'b'] },
    { kernel: 'Maximum', inputs: ['a', 'b'] },
    { kernel: 'Minimum', inputs: ['a', 'b'] },
    { kernel: 'Prelu', inputs: ['x', 'alpha'] },
    { kernel: 'UnsortedSegmentSum', inputs: ['x', 'segmentIds'] },
  ]);

/** The sum over the copies, where tfjs slices out and adds each. */
export function tileGradient(dy: Tensor, x: Tensor, attrs: tf.NamedAttrMap): Tensor {
  const reps = attrs.reps as number[];
  const apart = x.shape.flatMap((size, axis) => [reps[axis]!, size]);
  const copies = x.shape.map((_, axis) => 2 * axis);
  return tf.sum(tf.reshape(dy, apart), copies);
}

/** Gradients made of ops that the tape sees, by kernel. `own` finds tfjs' own. */
export function higherGradients(own: (kernel: string) => tf.GradConfig | undefined): tf.GradConfig[] {
  return KERNELS.flatMap((kernel) => {
    const config = own(kernel.kernel);
    return config ? [deepConfig(kernel, config)] : [];
  });
}

/** Saves the inputs only: results are computed again from them, which links them to the inputs. */
function deepConfig({ kernel, inputs, gradient }: DeepGradient, own: tf.GradConfig): tf.GradConfig {
  return {
    kernelName: kernel,
    inputsToSave: [...inputs],
    gradFunc: (dy, saved, attrs) => {
      if (gradient) return { [inputs[0]!]: () => withFlatMasks(() => gradient(dy as Tensor, saved, attrs)) };
      const named = Object.fromEntries(inputs.map((name, i) => [name, saved[i]!]));
      const results = own.outputsToSave?.some(Boolean)
        ? [tf.engine().runKernel(kernel, named, attrs)].flat()
        : [];
      const kept = [
        ...(own.inputsToSave ?? []).map((name) => required(named, name)),
        ...results.filter((_, i) => own.outputsToSave?.[i]),
      ];
      const formulas = withFlatMasks(() => own.gradFunc(dy, kept as Tensor[], attrs));
      return Object.fromEntries(
        Object.entries(formulas).map(([name, formula]) => [name, () => withFlatMasks(formula)]),
      );
    },
  };
}
