import { Random } from '../../src/common/random.js';
import { required } from '../../src/common/required.js';
import tf, { type Scalar, type Tensor } from '../../src/tensorflow/backend/tf.js';
import type { OptimizerSpec } from '../../src/tensorflow/spec/optimizers.js';
import type {
  Entry,
  Feed,
  HostArray,
  InputSpec,
  Named,
  ProgramSpec,
  Step,
} from '../../src/tensorflow/spec/program.js';
import { MAKERS } from './fuzzOps.js';
import type { Chosen, Pool, Value } from './fuzzValues.js';

/** A program made up at random, and what to feed it. */
export interface FuzzProgram {
  readonly spec: ProgramSpec;
  readonly feeds: Named<Feed>;
  /** Names of its ops, in their order. */
  readonly ops: readonly string[];
}

/** A known value, and whether a gradient may go through it. */
interface Known extends Value {
  readonly inLoss: boolean;
}

const OPTIMIZERS: readonly (OptimizerSpec | OptimizerSpec['kind'])[] = [
  'sgd',
  { kind: 'sgd', momentum: 0.9 },
  'rmsprop',
  { kind: 'rmsprop', momentum: 0.5, decay: 0.8 },
  'adam',
  { kind: 'adam', beta1: 0.8, epsilon: 1e-3 },
  { kind: 'adamw', weightDecay: 0.1 },
];

/** Values this large or larger are left out of losses: their rounding would hide a fault. */
const LARGEST = 50;

/** The program of this seed: always the same. */
export function fuzzProgram(seed: number): FuzzProgram {
  const random = Random.for(seed, 'fuzz');
  const inputs: Named<InputSpec> = {
    x: { shape: shape(random), dtype: 'float32' },
    n: { shape: [1 + random.integer(4)], dtype: 'int32' },
    ...(random.integer(2) === 0 && { bytes: { shape: shape(random), dtype: 'uint8' as const } }),
  };
  const variables: Named<HostArray> = {};
  for (const name of ['a', 'b', 'c'].slice(0, 2 + random.integer(2)))
    variables[name] = normals(random, shape(random));
  const feeds = Object.fromEntries(Object.entries(inputs).map(([name, spec]) => [name, feed(random, spec)]));
  tf.engine().startScope();
  const { chosen, known } = makeUp(random, inputs, feeds, variables);
  tf.engine().endScope();
  const compute = (given: Named<Tensor>, step: Step) =>
    follow(
      chosen,
      leaves(
        inputs,
        given,
        Object.keys(variables).map((name) => required(step.variables, name)),
      ),
    );
  const entries = {
    values: valuesEntry(inputs, known, compute),
    ...learning(random, { inputs, known, compute, variables }),
  };
  return {
    spec: { variables, entries, seed },
    feeds: { ...feeds, rate: 0.01 },
    ops: chosen.map(({ name }) => name),
  };
}

type Compute = (given: Named<Tensor>, step: Step) => Tensor[];

function shape(random: Random): number[] {
  const rank = random.integer(5);
  return Array.from({ length: rank }, () => (random.integer(25) === 0 ? 0 : 1 + random.integer(4)));
}

function normals(random: Random, of: readonly number[]): HostArray {
  const size = of.reduce((a, b) => a * b, 1);
  return { shape: of, data: Float32Array.from({ length: size }, () => random.normal()) };
}

function feed(random: Random, { shape: of, dtype }: InputSpec): Feed {
  const size = of.reduce((a, b) => a * b, 1);
  if (dtype === 'int32') return Int32Array.from({ length: size }, () => random.integer(9) - 4);
  if (dtype === 'uint8') return Uint8Array.from({ length: size }, () => random.integer(256));
  return Float32Array.from({ length: size }, () => random.normal());
}

/** The values that a program starts from: inputs, with bytes made small, and variables. */
function leaves(inputs: Named<InputSpec>, given: Named<Tensor>, variables: readonly Tensor[]): Tensor[] {
  const fed = Object.entries(inputs).map(([name, { dtype }]) =>
    dtype === 'uint8' ? tf.div(required(given, name), 255) : required(given, name),
  );
  return [...fed, ...variables];
}

function follow(chosen: readonly Chosen[], values: Tensor[]): Tensor[] {
  for (const { takes, apply } of chosen) values.push(apply(...takes.map(({ index }) => values[index]!)));
  return values;
}

/** Choose ops one by one and try each at once; what tfjs refuses is left out. */
function makeUp(random: Random, inputs: Named<InputSpec>, feeds: Named<Feed>, variables: Named<HostArray>) {
  const tensor = (data: Feed, of: readonly number[], dtype: string) =>
    tf.tensor(data as Float32Array, [...of], dtype === 'int32' ? 'int32' : 'float32');
  const given = Object.fromEntries(
    Object.entries(inputs).map(([name, spec]) => [
      name,
      tensor(
        spec.dtype === 'uint8' ? Float32Array.from(feeds[name] as Uint8Array) : required(feeds, name),
        spec.shape,
        spec.dtype,
      ),
    ]),
  );
  const values = leaves(
    inputs,
    given,
    Object.values(variables).map(({ data, shape: of }) => tensor(data, of, 'float32')),
  );
  const known: Known[] = values.map((value, index) => ({
    index,
    shape: value.shape,
    dtype: value.dtype,
    inLoss: true,
  }));
  const chosen: Chosen[] = [];
  const wanted = 5 + random.integer(12);
  const pick: Pool['pick'] = (fits) => {
    const all = known.filter(fits);
    // The later ones rather, so that programs grow deep.
    return all[Math.max(random.integer(Math.max(1, all.length)), random.integer(Math.max(1, all.length)))];
  };
  for (let tries = 0; tries < 20 * wanted && chosen.length < wanted; tries++) {
    const next = MAKERS[random.integer(MAKERS.length)]!({ random, pick });
    if (!next) continue;
    try {
      const result = next.apply(...next.takes.map(({ index }) => values[index]!));
      const vanished = result.size === 0 && next.takes.every(({ index }) => values[index]!.size > 0);
      if (result.size > 300 || result.rank > 5 || vanished) continue;
      const inLoss = !next.flat && next.takes.every(({ index }) => known[index]!.inLoss) && isTame(result);
      known.push({ index: values.length, shape: result.shape, dtype: result.dtype, inLoss });
      values.push(result);
      chosen.push(next);
    } catch {
      // tfjs has no such op for these shapes.
    }
  }
  return { chosen, known };
}

function isTame(value: Tensor): boolean {
  return [...value.dataSync()].every((each) => Number.isFinite(each) && Math.abs(each) < LARGEST);
}

function valuesEntry(inputs: Named<InputSpec>, known: readonly Known[], compute: Compute): Entry {
  return {
    inputs,
    run: (given, step) => {
      const values = compute(given, step);
      return Object.fromEntries(known.map(({ index }) => [`v${index}`, values[index]!]));
    },
  };
}

interface Made {
  readonly inputs: Named<InputSpec>;
  readonly known: readonly Known[];
  readonly compute: Compute;
  readonly variables: Named<HostArray>;
}

/** Entries that differentiate: gradients of first and second order, and a step of an optimizer beside an average that is kept. */
function learning(random: Random, { inputs, known, compute, variables }: Made): Named<Entry> {
  const floats = known.filter(({ dtype, inLoss }) => dtype === 'float32' && inLoss);
  const parts = floats.slice(-4);
  const lossOf = (given: Named<Tensor>, step: Step): Scalar => {
    const values = compute(given, step);
    const sums = parts.map(({ index }) => tf.sum(tf.sin(values[index]!)));
    // So that there is a gradient of either order whatever the ops.
    const all = Object.keys(variables).map((name) =>
      tf.sum(tf.mul(0.1, tf.pow(required(step.variables, name), 3))),
    );
    return tf.addN([...sums, ...all, tf.sum(tf.mul(0.1, tf.pow(required(given, 'x'), 3)))]) as Scalar;
  };
  const optimizer = OPTIMIZERS[random.integer(OPTIMIZERS.length)]!;
  const clipNorm = random.integer(2) === 0 ? 0.5 : undefined;
  const fixed = random.integer(2) === 0;
  const gradients: Entry = {
    inputs,
    run: (given, step) => {
      const names = Object.keys(variables);
      const at = [required(given, 'x'), ...names.map((name) => required(step.variables, name))];
      const loss = (...values: Tensor[]) => {
        const moved = Object.fromEntries(names.map((name, i) => [name, values[i + 1]!]));
        return lossOf({ ...given, x: values[0]! }, { ...step, variables: moved });
      };
      const first = (...values: Tensor[]) => tf.grads(loss)(values);
      const second = (...values: Tensor[]) =>
        tf.grads((...z) => tf.addN(first(...z).map((g) => tf.sum(tf.mul(g, tf.cos(g))))))(values);
      const [one, two] = [first(...at), second(...at)];
      const named = (order: string, found: readonly Tensor[]) =>
        ['x', ...names].map((name, i) => [`${order} by ${name}`, found[i]!] as const);
      return Object.fromEntries([...named('first', one), ...named('second', two)]);
    },
  };
  return {
    gradients,
    train: {
      inputs: { ...inputs, rate: { shape: [], dtype: 'float32' } },
      run: (given, step) => {
        const noise = tf.mul(0.01, tf.sum(step.randomNormal([3])));
        const moved = step.minimize(() => tf.add(lossOf(given, step), noise) as Scalar, {
          optimizer,
          clipNorm,
          learningRate: fixed ? 0.02 : (given.rate as Scalar),
        });
        const [name] = Object.keys(variables);
        step.assign(name!, tf.mul(required(step.variables, name!), 0.9));
        return { ...moved, after: required(step.variables, name!) };
      },
    },
  };
}
