import { nativeBackend, nativeOp, typeAttr } from '../backend/native.js';
import tf, { type Tensor } from '../backend/tf.js';
import { cumsumGradient, gradientKernels } from './gradientKernels.js';
import { higherGradients } from './higherGradients.js';
import { mirrorPadGradient } from './mirrorPadGradient.js';
import { type NativeGradient, nativeGradients } from './nativeGradients.js';
import { nativeStep } from './nativeStep.js';
import { resizeGradients } from './resizeGradients.js';
import { deepCustomGradient, isDeep, keepingInputs } from './tape.js';

/** How many programs are being recorded or run op by op, one inside of the other. */
let depth = 0;
let restore = () => {};

/**
 * Run `body` with the gradients of programs: one TensorFlow op where no gradient is taken of the gradient, else formulas that can
 * be differentiated, to any order. Outside of it tfjs is unchanged.
 */
export function withProgramGradients<T>(body: () => T): T {
  turnOn();
  try {
    return body();
  } finally {
    turnOff();
  }
}

/** Turn the gradients of programs on for the rest of the process: what tests and `bench tfjs-core` look at. */
export function useNativeGradients(): void {
  turnOn();
}

function turnOn() {
  if (depth++ > 0) return;
  const undo = [
    ...programGradients().map(replaceGradient),
    ...[nativeStep, ...resizeGradients].map(replaceKernel),
    replaceCustomGradient(),
  ];
  restore = () => {
    for (const one of undo.reverse()) one();
  };
}

function turnOff() {
  if (--depth === 0) restore();
}

/** All gradients that differ from tfjs' own, made when first needed: tfjs' are all there by then. */
function programGradients(): readonly tf.GradConfig[] {
  known ??= makeGradients();
  return known;
}

let known: readonly tf.GradConfig[] | undefined;

function makeGradients(): readonly tf.GradConfig[] {
  const shallow = new Map(
    nativeGradients.map((gradient) => [
      gradient.kernel,
      nativeConfig(gradient, tf.getGradient(gradient.kernel)),
    ]),
  );
  const deep = higherGradients(tf.getGradient).map((config) =>
    byDepth(shallow.get(config.kernelName) ?? tf.getGradient(config.kernelName), config),
  );
  return [...deep, cumsumGradient, mirrorPadGradient(tf.getGradient('MirrorPad')), ...gradientKernels];
}

/** tfjs asks for each part when an op runs: what is saved and how it is differentiated fit together. */
function byDepth(shallow: tf.GradConfig, deep: tf.GradConfig): tf.GradConfig {
  const now = () => (isDeep() ? deep : shallow);
  return {
    kernelName: shallow.kernelName,
    get inputsToSave() {
      return now().inputsToSave;
    },
    get outputsToSave() {
      return now().outputsToSave;
    },
    get gradFunc() {
      return now().gradFunc;
    },
  };
}

function nativeConfig(
  { kernel, needs, only, gradient, input = 'x' }: NativeGradient,
  own: tf.GradConfig,
): tf.GradConfig {
  const inputs = own.inputsToSave ?? [];
  const outputs = own.outputsToSave ?? [];
  return {
    kernelName: kernel,
    inputsToSave: inputs.length === 0 && needs === 'x' ? [input] : inputs,
    outputsToSave: outputs.some(Boolean) || needs === 'x' ? outputs : [true],
    gradFunc: (dy, saved, attrs) => {
      const dy0 = (Array.isArray(dy) ? dy[0] : dy) as Tensor;
      const fits = dy0.dtype === 'float32' && saved[0]!.dtype === 'float32' && (only?.(attrs) ?? true);
      if (!nativeBackend() || !fits)
        return own.gradFunc(dy, saved.slice(0, inputs.length + outputs.length), attrs);
      const kept = needs === 'x' ? saved[0]! : saved.at(-1)!;
      return { [input]: () => gradient(dy0, kept, attrs) };
    },
  };
}

function replaceGradient(config: tf.GradConfig): () => void {
  const { kernelName } = config;
  const before = tf.getGradient(kernelName) as tf.GradConfig | undefined;
  tf.registerGradient(config);
  return () => (before ? tf.registerGradient(before) : tf.unregisterGradient(kernelName));
}

function replaceKernel(kernel: tf.KernelConfig): () => void {
  const { kernelName, backendName } = kernel;
  const before = tf.getKernel(kernelName, backendName) as tf.KernelConfig | undefined;
  if (!before) return () => {};
  const put = (config: tf.KernelConfig) => {
    tf.unregisterKernel(kernelName, backendName);
    tf.registerKernel(config);
  };
  put(kernel);
  return () => put(before);
}

function replaceCustomGradient(): () => void {
  const engine = tf.engine();
  const own = engine.customGrad.bind(engine) as typeof engine.customGrad;
  engine.customGrad = (f) => {
    const [shallow, deep] = [own(keepingInputs(f)), own(deepCustomGradient(f))];
    return (...inputs) => (isDeep() ? deep : shallow)(...inputs);
  };
  return () => Reflect.deleteProperty(engine, 'customGrad');
}

/** The sum of squares of all elements, in one pass where the backend can. */
export function squaredNorm(x: Tensor): Tensor {
  return nativeBackend()
    ? tf.mul(nativeOp('L2Loss', [x], [typeAttr('T', 'float32')]), 2)
    : tf.sum(tf.square(x));
}
