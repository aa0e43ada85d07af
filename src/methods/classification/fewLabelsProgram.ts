import { required } from '../../common/required.js';
import { crossEntropy } from '../../objectives/answers/crossEntropy.js';
import tf, { type Scalar, type Tensor, type Tensor5D } from '../../tensorflow/backend/tf.js';
import { entryOf } from '../../tensorflow/spec/entry.js';
import type { Entry, InputSpec, Named, ProgramSpec, Step } from '../../tensorflow/spec/program.js';
import type { SampleTraining } from '../method.js';
import { Aside } from '../parts/aside.js';
import { Draws } from '../parts/draws.js';
import { followBatch } from '../parts/movingStatistics.js';
import { followStudent, teacherOf, trainedNames, withTeacher } from '../parts/teacher.js';
import type { SampleReader } from './sampleReader.js';

/** How samples are read. */
export interface ReadOptions {
  /** The moving statistics follow these samples; one reading in each step does. */
  readonly follows?: boolean;
  /** Numbers for dropout: two readings with the same ones drop the same units. New ones by default. */
  readonly draws?: Draws;
}

/** What a loss can look at. */
export interface Look {
  /** Samples in [0, 1], `[n, frames, h, w, c]`, under the names that they are fed by: `labelled`, `unlabelled`, and further views. */
  readonly samples: Named<Tensor5D>;
  /** `[labelled]` int32. */
  readonly labels: Tensor;
  /** What else the host prepared. */
  readonly fed: Named<Tensor>;
  readonly classes: number;
  /** Logits `[n, classes]`; the network normalises by these samples and drops units. */
  read(samples: Tensor5D, how?: ReadOptions): tf.Tensor2D;
  /** Numbers for dropout, of the readings of a step that are to drop the same units. */
  readonly shared: Draws;
  /** Numbers from the standard normal distribution. */
  randomNormal(shape: readonly number[]): Tensor;
}

/** Losses by name, without their weights; cross-entropy counts with 1. */
export type Losses = Named<Scalar> & { readonly crossEntropy: Scalar };

/** What a method adds to the program that all of them share. */
export interface FewLabelsStep {
  /** Weights of its losses; the ramp scales them too. */
  readonly weights: Named<number>;
  /** Further inputs. */
  readonly inputs: Named<InputSpec>;
  /** Names and numbers of further views of the unlabelled samples. */
  readonly views: readonly string[];
  /** Standard deviation of normal noise on each sample, in [0, 1]; each view has its own. */
  readonly noise: number;
  /** Constants for the losses, computed before: no gradient goes through them. */
  prepare(look: Look): Named<Tensor>;
  losses(look: Look, prepared: Named<Tensor>): Losses;
}

export interface FewLabelsSizes {
  readonly labelled: number;
  readonly unlabelled: number;
  readonly frames: number;
  readonly classes: number;
  /** Samples that are evaluated side by side. */
  readonly batch: number;
  /** Steps at the start that learn from labels only. */
  readonly labelsFirst: number;
}

/**
 * A classifier that learns from few labels, uint8 throughout, `[n, frames, h, w, c]`.
 * - `train`: labelled, labels, unlabelled and further views, learningRate, ramp, teacherDecay, statisticsDecay → loss, gradientNorm, and
 *   every loss by name, without its weight; `trainLabels`, where `sizes.labelsFirst` asks for it, has cross-entropy only
 * - `evaluate`: images → logits and teacherLogits `[batch, classes]`
 *
 * The variables are the network's and, named `teacher/…`, their moving average.
 */
export function fewLabelsProgram(
  reader: SampleReader,
  seed: number,
  sizes: FewLabelsSizes,
  training: SampleTraining,
  method: FewLabelsStep,
): ProgramSpec {
  const train = trainEntry(reader, sizes, training, method);
  const trainLabels = () => trainEntry(reader, { ...sizes, unlabelled: 0 }, training, labelsOnly(method));
  return {
    variables: withTeacher(reader.parameters(seed)),
    entries: {
      train,
      ...(sizes.labelsFirst > 0 && { trainLabels: trainLabels() }),
      evaluate: evaluateEntry(reader, sizes),
    },
    seed,
  };
}

function labelsOnly({ noise }: FewLabelsStep): FewLabelsStep {
  return {
    weights: {},
    inputs: {},
    views: [],
    noise,
    prepare: () => ({}),
    losses: ({ samples, labels, read }) => ({
      crossEntropy: crossEntropy(read(required(samples, 'labelled'), { follows: true }), labels),
    }),
  };
}

const scalar = { shape: [], dtype: 'float32' } as const;

function trainEntry(
  reader: SampleReader,
  sizes: FewLabelsSizes,
  { optimizer, clipNorm }: SampleTraining,
  { weights, inputs, views, noise, prepare, losses }: FewLabelsStep,
): Entry {
  const unlabelled = sizes.unlabelled > 0 ? ['unlabelled', ...views] : [];
  const shown = Object.fromEntries(
    unlabelled.map((name) => [name, samplesInput(reader, sizes, sizes.unlabelled)]),
  );
  const own = {
    labelled: samplesInput(reader, sizes, sizes.labelled),
    labels: { shape: [sizes.labelled], dtype: 'int32' },
    learningRate: scalar,
    ramp: scalar,
    teacherDecay: scalar,
    statisticsDecay: scalar,
  } as const;
  return entryOf({ ...inputs, ...shown, ...own }, (given, step) => {
    const statistics = new Aside();
    const fed: Named<Tensor> = given;
    const look: Look = {
      samples: seenSamples(fed, ['labelled', ...unlabelled], noise, step),
      labels: given.labels,
      fed,
      classes: sizes.classes,
      read: readWith(reader, step, statistics),
      shared: new Draws((shape) => step.randomUniform(shape)),
      randomNormal: (shape) => step.randomNormal(shape),
    };
    const prepared = prepare(look);
    const measured = new Aside();
    const loss = () => weighted(losses(look, prepared), weights, given.ramp, measured);
    const variables = trainedNames(step.variables, reader.statistics);
    const moved = step.minimize(loss, { optimizer, clipNorm, learningRate: given.learningRate, variables });
    followBatch(step, statistics.take(), given.statisticsDecay);
    followStudent(step, given.teacherDecay);
    return { ...moved, ...measured.take() };
  });
}

function readWith(reader: SampleReader, step: Step, followed: Aside): Look['read'] {
  return (samples, { follows = false, draws = new Draws((shape) => step.randomUniform(shape)) } = {}) => {
    const how = { training: true, randomUniform: draws.reading() };
    const { logits, statistics } = reader.read(step.variables, samples, how);
    if (follows) for (const [name, value] of Object.entries(statistics)) followed.keep(name, value);
    return logits;
  };
}

function seenSamples(
  fed: Named<Tensor>,
  names: readonly string[],
  noise: number,
  step: Step,
): Named<Tensor5D> {
  return Object.fromEntries(
    names.map((name) => {
      const clean = tf.div<Tensor5D>(required(fed, name), 255);
      const seen = noise > 0 ? tf.add(clean, tf.mul(step.randomNormal(clean.shape), noise)) : clean;
      return [name, seen as Tensor5D];
    }),
  );
}

/** Cross-entropy, and Σ of the other losses, each by its weight and by the ramp. */
function weighted(
  { crossEntropy: supervised, ...others }: Losses,
  weights: Named<number>,
  ramp: Scalar,
  measured: Aside,
): Scalar {
  measured.keep('crossEntropy', supervised);
  const terms = Object.entries(others).map(([name, value]) =>
    tf.mul<Scalar>(measured.keep(name, value), required(weights, name)),
  );
  return terms.length === 0 ? supervised : tf.add(supervised, tf.mul<Scalar>(tf.addN(terms), ramp));
}

function evaluateEntry(reader: SampleReader, sizes: FewLabelsSizes): Entry {
  return entryOf({ images: samplesInput(reader, sizes, sizes.batch) }, ({ images }, { variables }) => {
    const samples = tf.div<Tensor5D>(images, 255);
    return {
      logits: reader.read(variables, samples).logits,
      teacherLogits: reader.read(teacherOf(variables), samples).logits,
    };
  });
}

function samplesInput({ image }: SampleReader, { frames }: { readonly frames: number }, count: number) {
  const { height, width, channels } = image;
  return { shape: [count, frames, height, width, channels], dtype: 'uint8' } as const;
}
