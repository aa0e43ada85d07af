import { required } from '../../common/required.js';
import tf, { type Tensor, type Tensor5D } from '../../tensorflow/backend/tf.js';
import type { Named, Step } from '../../tensorflow/spec/program.js';
import { Aside } from '../parts/aside.js';
import { Draws } from '../parts/draws.js';
import { methodsOwn } from '../parts/methodVariables.js';
import type { ClipReading, ReadingOptions } from './clipClassifier.js';
import type { SampleReader } from './sampleReader.js';

/** How samples are read. */
export interface ReadOptions extends Pick<ReadingOptions, 'keepAll' | 'atRung'> {
  /** The moving statistics follow these samples; one reading in each step does. */
  readonly follows?: boolean;
  /** Numbers for dropout: two readings with the same ones drop the same units. New ones by default. */
  readonly draws?: Draws;
}

/** What a loss can look at. */
export interface Look {
  /** Samples in [0, 1], `[n, frames, h, w, c]`, under the names that they are fed by: `labelled`, `unlabelled`, and further views. */
  readonly samples: Named<Tensor5D>;
  /** The same without the noise of the step. */
  readonly clean: Named<Tensor5D>;
  /** `[labelled]` int32. */
  readonly labels: Tensor;
  /** What else the host prepared. */
  readonly fed: Named<Tensor>;
  /** The method's own variables, by the names that it gives them. */
  readonly own: Named<Tensor>;
  readonly classes: number;
  /** Logits `[n, classes]`; the network normalises by these samples and drops units. */
  read(samples: Tensor5D, how?: ReadOptions): tf.Tensor2D;
  /** What the network's answers follow from, `[n, features]`; of images. */
  features(samples: Tensor5D, how?: ReadOptions): tf.Tensor2D;
  /** Samples with as much noise as those of the step have. */
  noisy(samples: Tensor5D): Tensor5D;
  /** Keep a value of the losses for `remember`, after the step. */
  note<T extends Tensor>(name: string, value: T): T;
  /** Numbers for dropout, of the readings of a step that are to drop the same units. */
  readonly shared: Draws;
  /** Numbers from the standard normal distribution. */
  randomNormal(shape: readonly number[]): Tensor;
}

export interface LookOptions {
  readonly classes: number;
  /** Names of the samples. */
  readonly names: readonly string[];
  /** Standard deviation of normal noise on each sample, in [0, 1]. */
  readonly noise: number;
}

/** A look at what one step was fed, and what is to be taken of it after the step. */
export interface OpenLook {
  readonly look: Look;
  /** Moments that the moving statistics follow. */
  readonly statistics: Aside;
  /** What the losses noted. */
  readonly noted: Aside;
}

/** @param fed the inputs of the entry, `labels` among them */
export function openLook(
  reader: SampleReader,
  fed: Named<Tensor>,
  step: Step,
  { classes, names, noise }: LookOptions,
): OpenLook {
  const [statistics, noted] = [new Aside(), new Aside()];
  const newDraws = () => new Draws((shape) => step.randomUniform(shape));
  const reading = (samples: Tensor5D, { follows = false, draws = newDraws(), ...how }: ReadOptions = {}) => {
    const found: ClipReading = reader.read(step.variables, samples, {
      ...how,
      training: true,
      randomUniform: draws.reading(),
    });
    if (follows) for (const [name, value] of Object.entries(found.statistics)) statistics.keep(name, value);
    return found;
  };
  const noisy = (clean: Tensor5D): Tensor5D =>
    noise > 0 ? tf.add(clean, tf.mul(step.randomNormal(clean.shape), noise)) : clean;
  const clean = Object.fromEntries(names.map((name) => [name, tf.div<Tensor5D>(required(fed, name), 255)]));
  const look: Look = {
    samples: Object.fromEntries(Object.entries(clean).map(([name, value]) => [name, noisy(value)])),
    clean,
    labels: required(fed, 'labels'),
    fed,
    own: methodsOwn<Tensor>(step.variables),
    classes,
    read: (samples, how) => reading(samples, how).logits,
    features: (samples, how) => required(reading(samples, how), 'features'),
    noisy,
    note: (name, value) => noted.keep(name, value),
    shared: newDraws(),
    randomNormal: (shape) => step.randomNormal(shape),
  };
  return { look, statistics, noted };
}
