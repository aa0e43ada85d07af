import { required } from '../../common/required.js';
import { crossEntropy } from '../../objectives/answers/crossEntropy.js';
import tf, { type Scalar, type Tensor } from '../../tensorflow/backend/tf.js';
import { entryOf } from '../../tensorflow/spec/entry.js';
import type { Entry, HostArray, InputSpec, Named, ProgramSpec } from '../../tensorflow/spec/program.js';
import type { SampleTraining } from '../method.js';
import { Aside } from '../parts/aside.js';
import { asMethods, METHOD_PREFIX } from '../parts/methodVariables.js';
import { followBatch } from '../parts/movingStatistics.js';
import { followStudent, trainedNames, withTeacher } from '../parts/teacher.js';
import { evaluateEntry, samplesInput, stepInputs } from './classifierEntries.js';
import { type Look, openLook } from './look.js';
import type { SampleReader } from './sampleReader.js';

/** Optimizer state of an opponent is called `<this>/…`. */
const OPPONENT_OPTIMIZER = 'optimizer/opponent';

/** Losses by name, without their weights; cross-entropy counts with 1. */
export type Losses = Named<Scalar> & { readonly crossEntropy: Scalar };

/** What a method has beside the network's weights: first values by name. All are saved and restored with the weights. */
export interface OwnVariables {
  /** No gradient moves them; `remember` sets them. */
  readonly kept?: Named<HostArray>;
  /** Moved by its losses, like the network's weights. */
  readonly trained?: Named<HostArray>;
  /** Those of a network that is trained against the classifier, by `opposes`. */
  readonly opponent?: Named<HostArray>;
}

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
  readonly own: OwnVariables;
  /** Constants for the losses, computed before: no gradient goes through them. */
  prepare(look: Look): Named<Tensor>;
  losses(look: Look, prepared: Named<Tensor>): Losses;
  /** What the opponent learns by, after the classifier's step. */
  opposes?(look: Look): Scalar;
  /** New values of variables that it keeps, after the step. */
  remember(look: Look, noted: Named<Tensor>): Named<Tensor>;
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
 *   every loss by name, without its weight, and opponentLoss where there is one; `trainLabels`, where `sizes.labelsFirst` asks for it, has cross-entropy only
 * - `evaluate`: images → logits and teacherLogits `[batch, classes]`
 *
 * The variables are the network's, named `teacher/…` their moving average, and named `method/…` what the method has of its own.
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
  const { kept, trained, opponent } = method.own;
  return {
    variables: {
      ...withTeacher(reader.parameters(seed)),
      ...asMethods({ ...kept, ...trained, ...opponent }),
    },
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
    own: {},
    prepare: () => ({}),
    losses: ({ samples, labels, read }) => ({
      crossEntropy: crossEntropy(read(required(samples, 'labelled'), { follows: true }), labels),
    }),
    remember: () => ({}),
  };
}

function trainEntry(
  reader: SampleReader,
  sizes: FewLabelsSizes,
  { optimizer, clipNorm }: SampleTraining,
  { weights, inputs, views, noise, own, prepare, losses, opposes, remember }: FewLabelsStep,
): Entry {
  const unlabelled = sizes.unlabelled > 0 ? ['unlabelled', ...views] : [];
  const shown = Object.fromEntries(
    unlabelled.map((name) => [name, samplesInput(reader, sizes, sizes.unlabelled)]),
  );
  return entryOf({ ...inputs, ...shown, ...stepInputs(reader, sizes) }, (given, step) => {
    const names = ['labelled', ...unlabelled];
    const { look, statistics, noted } = openLook(reader, given, step, {
      classes: sizes.classes,
      names,
      noise,
    });
    const prepared = prepare(look);
    const measured = new Aside();
    const loss = () => weighted(losses(look, prepared), weights, given.ramp, measured);
    const how = { optimizer, clipNorm, learningRate: given.learningRate };
    const trained = trainedNames(step.variables, reader.statistics);
    const moved = step.minimize(loss, { ...how, variables: [...trained, ...namesOf(own.trained)] });
    followBatch(step, statistics.take(), given.statisticsDecay);
    followStudent(step, given.teacherDecay);
    const opposed =
      opposes &&
      step.minimize(() => opposes(look), {
        ...how,
        variables: namesOf(own.opponent),
        name: OPPONENT_OPTIMIZER,
      });
    for (const [name, value] of Object.entries(remember(look, noted.take())))
      step.assign(METHOD_PREFIX + name, value);
    return { ...moved, ...(opposed && { opponentLoss: opposed.loss }), ...measured.take() };
  });
}

/** In the program. */
const namesOf = (variables: Named<HostArray> = {}) => Object.keys(asMethods(variables));

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
