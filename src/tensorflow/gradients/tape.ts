import tf, { type Tensor } from '../backend/tf.js';

type GradientFunction = () => Record<string, () => Tensor>;
type AddTapeNode = (
  kernel: string,
  inputs: Record<string, Tensor>,
  outputs: readonly Tensor[],
  gradient: GradientFunction | null,
  ...rest: readonly unknown[]
) => void;

/** The parts of tfjs' engine that foreframe uses besides its public interface. */
interface Engine {
  readonly state: { readonly gradientDepth: number };
  addTapeNode: AddTapeNode;
}

const engine = () => tf.engine() as unknown as Engine;

/**
 * Whether what is computed now may be differentiated within another gradient: a gradient is being taken inside of a gradient.
 * At depth one, gradients are only computed when no tape records any more.
 */
export function isDeep(): boolean {
  return engine().state.gradientDepth > 1;
}

/** Ops with a slope of zero wherever they have one and for which tfjs has no gradient: what they compute is a mask. */
const MASKS = new Set([
  ...['Equal', 'NotEqual', 'Greater', 'GreaterEqual', 'Less', 'LessEqual'],
  ...['LogicalAnd', 'LogicalNot', 'LogicalOr'],
]);

/** Run a gradient's formula so that a gradient goes through its masks: zero. */
export function withFlatMasks<T>(formula: () => T): T {
  const target = engine();
  const before = target.addTapeNode;
  const own = Object.hasOwn(target, 'addTapeNode');
  target.addTapeNode = (kernel, inputs, outputs, gradient, ...rest) => {
    const flat = MASKS.has(kernel) ? () => zerosFor(inputs) : gradient;
    before.call(target, kernel, inputs, outputs, flat, ...rest);
  };
  try {
    return formula();
  } finally {
    if (own) target.addTapeNode = before;
    else Reflect.deleteProperty(target, 'addTapeNode');
  }
}

function zerosFor(inputs: Record<string, Tensor>) {
  return Object.fromEntries(Object.entries(inputs).map(([name, { shape }]) => [name, () => tf.zeros(shape)]));
}

type CustomGradient = Parameters<typeof tf.customGrad>[0];
type Save = (tensors: Tensor[]) => void;

/**
 * `tf.customGrad` whose function may look at its inputs again when the gradient comes, without having saved them: tfjs' own
 * `logSigmoid` does, and fails where its input was an intermediate value.
 */
export function keepingInputs<F>(f: F): F {
  const run = f as (...args: readonly unknown[]) => ReturnType<CustomGradient>;
  const keeping = (...args: readonly unknown[]) => {
    const inputs = args.slice(0, -1) as Tensor[];
    let kept: Tensor[] = [];
    const { value, gradFunc } = run(...inputs, (tensors: Tensor[]) => {
      kept = tensors;
    });
    (args.at(-1) as Save)([...kept, ...inputs]);
    return { value, gradFunc: (dy: Tensor, saved: Tensor[]) => gradFunc(dy, saved.slice(0, kept.length)) };
  };
  return keeping as F;
}

/**
 * `tf.customGrad` for gradients of gradients: what a function saves besides its inputs, tfjs takes for constants. Here the function
 * runs once more where the tape sees it, so that what it saves depends on its inputs.
 */
export function deepCustomGradient<F>(f: F): F {
  const run = f as (...args: readonly unknown[]) => ReturnType<CustomGradient>;
  const deep = (...args: readonly unknown[]) => {
    const inputs = args.slice(0, -1) as Tensor[];
    const save = args.at(-1) as Save;
    const { value } = run(...inputs, () => {});
    save(inputs);
    const gradFunc = (dy: Tensor, saved: Tensor[]) => {
      let kept: Tensor[] = [];
      const again = run(...saved, (tensors: Tensor[]) => {
        kept = tensors;
      });
      return again.gradFunc(dy, kept);
    };
    return { value, gradFunc };
  };
  return deep as F;
}
