import { required } from '../../common/required.js';
import tf, { type Tensor } from '../backend/tf.js';
import { checkedMinimize } from '../checks/checkedMinimize.js';
import { gradientsOf } from '../program/minimize.js';
import type { OptimizerSpec } from '../spec/optimizers.js';
import type { Entry, MinimizeOptions, Named, Step } from '../spec/program.js';
import { dryTensor, peakOf, TooManyOps } from './dryBackend.js';

/** A program as shapes only: variables take no memory. */
export interface DryProgram {
  readonly variables: Readonly<Record<string, readonly number[]>>;
  readonly entries: Named<Entry>;
}

/** What a program holds while it runs, in bytes. */
export interface DryRun {
  /** Bytes of all variables. */
  readonly weights: number;
  /** Bytes of the optimizers' state. */
  readonly slots: number;
  /** Most that the tensors of one entry hold at once, inputs included, with all that a gradient needs. */
  readonly activations: number;
  /** The largest array of those that are fed or kept. */
  readonly largest: number;
}

/**
 * Builds a program and runs each entry without numbers, to estimate its memory. It is built exactly as for training: what cannot
 * be built fails here, before TensorFlow is loaded. Runs in this thread, and leaves the thread's backend untouched.
 * @throws what building throws, and Error of tfjs where shapes do not fit or for an op that no dry run knows
 */
export function dryRun(build: () => DryProgram): DryRun {
  let found: DryRun | undefined;
  peakOf(() => {
    const program = build();
    const sizes = Object.values(program.variables).map((shape) => 4 * sizeOf(shape));
    // For a network of so many parts, counting the weights is enough.
    const entries = sizes.length > MANY_VARIABLES ? [] : Object.values(program.entries);
    const runs = entries.map((entry) => runEntry(entry, program.variables));
    const inputs = Object.values(program.entries).flatMap((entry) => Object.values(entry.inputs));
    found = {
      weights: sizes.reduce((a, b) => a + b, 0),
      slots: Math.max(0, ...runs.map(({ slots }) => slots)),
      activations: Math.max(0, ...runs.map(({ peak }) => peak)),
      largest: [...sizes, ...inputs.map(({ shape }) => 4 * sizeOf(shape))].reduce(
        (a, b) => Math.max(a, b),
        0,
      ),
    };
  });
  return found!;
}

const MANY_VARIABLES = 20_000;

/** tfjs needs unique names of variables. */
let named = 0;

function runEntry(entry: Entry, shapes: DryProgram['variables']): { peak: number; slots: number } {
  const step = new DryStep();
  let held = 0;
  for (const [name, shape] of Object.entries(shapes)) {
    step.variables[name] = tf.variable(dryTensor(shape), true, `dry/${++named}`);
    held += 4 * sizeOf(shape);
  }
  tf.engine().startScope();
  let peak = 0;
  try {
    peak = peakOf(() => run(entry, step));
  } finally {
    tf.engine().endScope();
    tf.dispose(step.variables);
  }
  return { peak: Math.max(0, peak - held), slots: step.slots };
}

function run(entry: Entry, step: Step): void {
  const inputs = Object.entries(entry.inputs).map(([name, { shape, dtype }]) => [
    name,
    dryTensor(shape, dtype === 'int32' ? 'int32' : 'float32'),
  ]);
  try {
    entry.run(Object.fromEntries(inputs) as Named<Tensor>, step);
  } catch (error) {
    // What was held until then is a lower bound.
    if (!(error instanceof TooManyOps)) throw error;
  }
}

/** The entry's name in messages: foreframe's own programs should cause none. */
const ENTRY = 'of the dry run';

class DryStep implements Step {
  readonly variables: Named<tf.Variable> = {};
  slots = 0;

  minimize(loss: () => tf.Scalar, options: MinimizeOptions) {
    const checked = checkedMinimize(ENTRY, this.variables, loss, options);
    const { loss: value, gradientNorm } = gradientsOf(ENTRY, loss, this.variables, checked);
    const { names, optimizer } = checked;
    const bytes = names.reduce((sum, name) => sum + 4 * required(this.variables, name).size, 0);
    this.slots += slotsOf(optimizer) * bytes;
    return { loss: value, gradientNorm };
  }

  assign(): void {}

  randomUniform(shape: readonly number[]): Tensor {
    return dryTensor(shape);
  }

  randomNormal(shape: readonly number[]): Tensor {
    return dryTensor(shape);
  }
}

/** Arrays as large as a variable that its optimizer keeps. */
function slotsOf(optimizer: OptimizerSpec): number {
  switch (optimizer.kind) {
    case 'sgd':
      return optimizer.momentum ? 1 : 0;
    case 'rmsprop':
      return optimizer.momentum ? 2 : 1;
    case 'adam':
    case 'adamw':
      return 2;
  }
}

function sizeOf(shape: readonly number[]): number {
  return shape.reduce((a, b) => a * b, 1);
}
