import { ForeframeError } from '../../common/errors.js';
import { override } from './override.js';
import tf, { type Tensor } from './tf.js';
import { checkWindow } from './windows.js';

/** The program whose variables the running code may use. */
export interface Owner {
  readonly entry: string;
  /** The name of a variable in the program; undefined for a variable that does not belong to it. */
  nameOf(variable: tf.Variable): string | undefined;
}

type Inputs = Record<string, Tensor | undefined> | readonly Tensor[];

const assign = tf.Variable.prototype.assign;

/** The entry whose code runs just now. */
let running: string | undefined;

/** Checks a tensor that an entry returns without an op, such as an output: a variable is checked as in any op. */
export function handedOver<T extends Tensor>(tensor: T): T {
  return tensor instanceof tf.Variable ? (tf.clone(tensor as Tensor) as T) : tensor;
}

/** Set a variable of a program, as only the program itself may. */
export function setVariable(variable: tf.Variable, value: Tensor): void {
  assign.call(variable, value);
}

/** @throws ForeframeError where a program is made or run by the code of an entry: what it gives would freeze in the graph. */
export function refuseInside(what: string): void {
  if (running === undefined) return;
  throw new ForeframeError(
    `entry ${running} ${what} a program: its result would freeze in the graph. Do it outside and feed the result`,
  );
}

/**
 * Runs an entry and refuses any variable that is not the program's own. In a graph, such a variable would be a constant with the
 * value it had when the graph was made. @throws ForeframeError naming the variable.
 */
export function withOwnVariables<T>({ entry, nameOf }: Owner, body: () => T): T {
  const engine = tf.engine();
  const { runKernel, readSync } = engine;
  const check = (variable: tf.Variable) => {
    if (nameOf(variable) === undefined)
      throw new ForeframeError(
        `entry ${entry} uses the tf.Variable ${variable.name}, which is not the program's: it would freeze in the graph. ` +
          'Give its values to compile in `variables` and read it from step.variables',
      );
  };
  const disposeOf = tf.Variable.prototype.dispose;
  const undo = [
    override(engine, 'runKernel', ((kernel: string, inputs: Inputs, attrs?: tf.NamedAttrMap) => {
      for (const input of Object.values(inputs)) if (input instanceof tf.Variable) check(input);
      checkWindow(entry, kernel, inputs, attrs);
      return runKernel.call(engine, kernel, inputs as tf.NamedTensorMap, attrs);
    }) as typeof runKernel),
    override(engine, 'readSync', (dataId) => {
      const holder = Object.values(engine.registeredVariables).find((one) => one.dataId === dataId);
      if (holder) check(holder);
      return readSync.call(engine, dataId);
    }),
    override(tf.Variable.prototype, 'assign', function (this: tf.Variable) {
      check(this);
      throw new ForeframeError(
        `entry ${entry}: variable ${nameOf(this)} was set by tfjs' own assign or optimizer: use step.assign or step.minimize`,
      );
    }),
    override(tf.Variable.prototype, 'dispose', function (this: tf.Variable) {
      const name = nameOf(this);
      if (name === undefined) return disposeOf.call(this);
      throw new ForeframeError(
        `entry ${entry} disposes of the variable ${name}, which the program still uses: remove that call`,
      );
    }),
    override(engine, 'setBackend', () => {
      throw new ForeframeError(
        `entry ${entry} sets the backend: a program stays on the one it was compiled for`,
      );
    }),
  ];
  const outer = running;
  running = entry;
  try {
    return body();
  } finally {
    running = outer;
    for (const one of undo) one();
  }
}
