import { required } from '../../common/required.js';
import tf from '../backend/tf.js';
import type { KernelInputs, Shaped, ShapeKernel, Taken } from './shapeKernel.js';
import { shapeKernels } from './shapeKernels.js';

const NAME = 'foreframe-shapes';
/** Ops whose result shares the memory of their input. */
const SHARING = new Set(['Identity', 'Reshape']);
/** With more ops than this a dry run would take too long. */
const MOST_OPS = 40_000;

/** The dry run was stopped because there are too many ops. */
export class TooManyOps extends Error {}

/** Counts bytes where a backend would keep numbers: nothing is computed, nothing is allocated. */
class DryBackend extends tf.KernelBackend {
  readonly #held = new Map<object, { bytes: number; references: number }>();
  #bytes = 0;
  #ops = 0;
  #peak = 0;

  clear(): void {
    this.#held.clear();
    this.#bytes = 0;
  }

  peakOf(body: () => void): number {
    this.#peak = this.#bytes;
    this.#ops = 0;
    body();
    return this.#peak;
  }

  hold(shape: readonly number[], dtype: tf.DataType): object {
    const id = {};
    const bytes = shape.reduce((a, b) => a * b, 1) * (dtype === 'bool' ? 1 : 4);
    this.#held.set(id, { bytes, references: 1 });
    this.#bytes += bytes;
    this.#peak = Math.max(this.#peak, this.#bytes);
    return id;
  }

  /** @throws TooManyOps */
  count(): void {
    if (++this.#ops > MOST_OPS) throw new TooManyOps();
  }

  override write(_values: unknown, shape: number[], dtype: tf.DataType): object {
    return this.hold(shape, dtype);
  }

  override incRef(id: object): void {
    required(this.#held, id).references++;
  }

  override disposeData(id: object, force = false): boolean {
    const held = this.#held.get(id);
    if (!held) return true;
    if (--held.references > 0 && !force) return false;
    this.#held.delete(id);
    this.#bytes -= held.bytes;
    return true;
  }

  override numDataIds(): number {
    return this.#held.size;
  }

  override timerAvailable(): boolean {
    return false;
  }

  override floatPrecision(): 32 {
    return 32;
  }
}

let backend: DryBackend | undefined;

/** Register it, once. */
function dryBackend(): DryBackend {
  if (backend) return backend;
  const made = new DryBackend();
  backend = made;
  tf.registerBackend(NAME, () => made, -1);
  for (const [kernelName, kernel] of Object.entries(shapeKernels))
    tf.registerKernel({
      kernelName,
      backendName: NAME,
      kernelFunc: ({ inputs, attrs }) => run(made, kernelName, kernel, inputs as never, attrs ?? {}),
    });
  return made;
}

function run(
  dry: DryBackend,
  name: string,
  kernel: ShapeKernel,
  inputs: KernelInputs,
  attrs: tf.NamedAttrMap,
): tf.TensorInfo | tf.TensorInfo[] {
  dry.count();
  const source: Taken | undefined = Object.values(inputs)[0];
  const made = ({ shape, dtype = source?.dtype ?? 'float32' }: Shaped): tf.TensorInfo => {
    if (!SHARING.has(name) || !source) return { dataId: dry.hold(shape, dtype), shape: [...shape], dtype };
    dry.incRef(source.dataId);
    return { dataId: source.dataId, shape: [...shape], dtype };
  };
  const shapes = kernel(inputs, attrs);
  return Array.isArray(shapes) ? shapes.map(made) : made(shapes);
}

/** Most bytes that tensors held at once while `body` ran; every op gives only shapes. May be nested. */
export function peakOf(body: () => void): number {
  const dry = dryBackend();
  if (tf.engine().backendName === NAME) return dry.peakOf(body);
  const restore = [ownState(), ownBackend(), withoutOnes()];
  dry.clear();
  try {
    return dry.peakOf(body);
  } finally {
    dry.clear();
    for (const undo of restore) undo();
  }
}

/** A separate tfjs state (tensors, tapes, variables), which is discarded afterwards, also after an error. */
function ownState(): () => void {
  const engine = tf.engine() as unknown as { state: object };
  const { state } = engine;
  engine.state = new (state.constructor as new () => object)();
  return () => {
    engine.state = state;
  };
}

/** Restores the previous backend afterwards; where there was none, tfjs chooses one when it is needed. */
function ownBackend(): () => void {
  const engine = tf.engine() as unknown as { backendName: string | undefined; backendInstance: unknown };
  const { backendName } = engine;
  // Not awaited: a backend that is made synchronously is ready at once.
  void tf.setBackend(NAME);
  return () => {
    if (backendName) void tf.setBackend(backendName);
    else Object.assign(engine, { backendName, backendInstance: null });
  };
}

/** A tensor that was made outside of ops: an input, a variable. */
export function dryTensor(shape: readonly number[], dtype: tf.DataType = 'float32'): tf.Tensor {
  const dataId = dryBackend().hold(shape, dtype);
  return tf.engine().makeTensorFromTensorInfo({ dataId, shape: [...shape], dtype });
}

/** tfjs' gradients of sums make ones as large as what was summed, in JavaScript, where they take memory even in a dry run. */
function withoutOnes(): () => void {
  const names = ['Sum', 'Mean'] as const;
  const own = names.map((name) => tf.getGradient(name));
  for (const [at, kernelName] of names.entries())
    tf.registerGradient({
      ...own[at]!,
      kernelName,
      inputsToSave: ['x'],
      gradFunc: (_dy, saved) => ({ x: () => tf.fill(saved[0]!.shape, 0) }),
    });
  return () => {
    for (const config of own) tf.registerGradient(config);
  };
}
