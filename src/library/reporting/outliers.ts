import {
  greatestProbability,
  type OutlierResult,
  type OutlierScore,
  outlierResult,
} from '../../analysis/protocols/outlierDetection.js';
import { type ImageBytes, imageBaselines } from '../../analysis/scores/imageBaselines.js';
import { UsageError } from '../../common/errors.js';
import { required } from '../../common/required.js';
import { nameOfData } from '../../config/ownKeys.js';
import { viewAll } from '../../evaluation/classifierViews.js';
import { noiseOf, nrmLikelihood } from '../../evaluation/nrmLikelihood.js';
import type { ClassifiedImages } from '../../samples/sampleData.js';
import type { Watching } from '../watching.js';
import { loadOutside, type OpenClassifier, openClassifier, otherDataset } from './imageClassifier.js';

export interface OutliersOptions extends Pick<Watching, 'onNote'> {
  /** The dataset that the images from outside come from. */
  readonly against?: string;
  /** Look at the first so many images of each set only. */
  readonly pictures?: number;
}

/** How well a run separates images of its own dataset from others, by several scores. */
export interface OutlierReport {
  readonly run: string;
  readonly inside: string;
  readonly outside: string;
  readonly pictures: { readonly inside: number; readonly outside: number };
  /** σ of the rendered image's noise, in [0, 1]: from the reconstruction errors of validation images of its own dataset. */
  readonly noise: number;
  readonly scores: readonly OutlierResult[];
}

/** Name of the score that the others stand beside. */
export const LIKELIHOOD = 'NRM likelihood';

/**
 * How well a run on images recognises images of another dataset by its likelihood, beside simpler scores.
 * @throws ForeframeError when the run holds no classifier that renders; UsageError when `against` does not fit it
 */
export async function outliers(
  path: string,
  { against: named, pictures, ...watching }: OutliersOptions = {},
): Promise<OutlierReport> {
  const opened = await openClassifier(path, watching);
  try {
    const against = named ?? otherDataset(opened.config);
    if (against === undefined)
      throw new UsageError(
        `no dataset to compare with: name one with images of the size of ${nameOfData(opened.config.data)}, with --against`,
      );
    const outside = await loadOutside(opened, against, watching);
    return outlierReport(opened, against, await outlierScores(opened, outside, pictures));
  } finally {
    await opened.engine.dispose();
  }
}

/** The scores of test images and of `outside`, and the noise that the likelihood assumes. */
export interface OutlierScores {
  readonly noise: number;
  readonly scores: readonly OutlierScore[];
}

/** @param count look at the first so many images of each set only */
export async function outlierScores(
  { data, engine }: Pick<OpenClassifier, 'data' | 'engine'>,
  outside: ClassifiedImages,
  count?: number,
): Promise<OutlierScores> {
  const baselines = imageBaselines(data.train);
  const validation = await viewAll(engine, 'score', data.validation, count);
  const noise = noiseOf(required(validation, 'squaredError').data, data.test.images.length / data.test.count);
  const scored = async (set: ClassifiedImages) => {
    const pictures = firstOf(set, count);
    const views = await viewAll(engine, 'score', set, count);
    const logits = required(views, 'logits');
    const { full, picture, path, signed } = nrmLikelihood(views, noise);
    return {
      [LIKELIHOOD]: full,
      'its image part': picture,
      'its path part': path,
      ...(signed && { 'with signed switches': signed }),
      'greatest probability': greatestProbability(logits.data, logits.columns),
      'Gaussian of each pixel': baselines.pixelGaussian(pictures),
      brightness: baselines.brightness(pictures),
      simplicity: baselines.simplicity(pictures),
    };
  };
  const [inside, others] = [await scored(data.test), await scored(outside)];
  const names = Object.keys(inside) as (keyof typeof inside)[];
  return {
    noise: Math.sqrt(noise.variance),
    scores: names.map((name) => ({ name, inside: inside[name]!, outside: others[name]! })),
  };
}

export function outlierReport(
  { run, config }: Pick<OpenClassifier, 'run' | 'config'>,
  against: string,
  { noise, scores }: OutlierScores,
): OutlierReport {
  const [first] = scores as [OutlierScore];
  return {
    run: run.path,
    inside: nameOfData(config.data),
    outside: against,
    pictures: { inside: first.inside.length, outside: first.outside.length },
    noise,
    scores: scores.map(outlierResult),
  };
}

/** What the scores are, for the table's foot. */
export const OUTLIER_NOTES =
  'NRM likelihood: −½ ‖x − h₀‖² / σ² − ½ D log 2πσ² + (η − η⁰) / σ² + log π of the most probable class, σ² the mean ‖x − h₀‖² / D of ' +
  "validation images of the run's own dataset; no image from outside was used to choose anything. Simplicity: minus the bytes that " +
  'an image takes compressed. Accepted: share of out-of-distribution images that score as high as 95 % of in-distribution images.';

function firstOf({ count, images }: ClassifiedImages, most = count): ImageBytes {
  const kept = Math.min(most, count);
  return { count: kept, images: images.subarray(0, (images.length / count) * kept) };
}
