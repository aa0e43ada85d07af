import { type PictureBytes, pictureBaselines } from '../analysis/pictureBaselines.js';
import {
  greatestProbability,
  type OutlierResult,
  type OutlierScore,
  outlierResult,
} from '../analysis/protocols/outlierDetection.js';
import { UsageError } from '../common/errors.js';
import type { ClassifiedImages } from '../training/classifierData.js';
import { viewAll } from '../training/classifierViews.js';
import { noiseOf, nrmLikelihood } from '../training/nrmLikelihood.js';
import { loadOutside, type OpenClassifier, openClassifier, otherDataset } from './imageClassifier.js';
import { textTable } from './terminal.js';

export interface OutliersOptions {
  /** The dataset that is not at home. */
  readonly against?: string;
  /** Look at the first so many pictures of each set only. */
  readonly pictures?: number;
  readonly json?: boolean;
}

/** How well a run tells its own pictures from others, by several scores. */
export interface OutlierReport {
  readonly run: string;
  readonly inside: string;
  readonly outside: string;
  readonly pictures: { readonly inside: number; readonly outside: number };
  /** σ of the rendered picture's noise, in [0, 1]: from the reconstruction errors of validation pictures of its own dataset. */
  readonly noise: number;
  readonly scores: readonly OutlierResult[];
}

/** Name of the score that the others stand beside. */
export const LIKELIHOOD = 'NRM likelihood';

/** `foreframe outliers RUN` */
export async function outliersCommand(path: string, options: OutliersOptions): Promise<void> {
  const opened = await openClassifier(path);
  try {
    const against = options.against ?? otherDataset(opened.config);
    if (against === undefined)
      throw new UsageError(
        `which pictures are not at home? name some of the size of ${opened.config.data.dataset} with --against`,
      );
    const outside = await loadOutside(opened, against);
    const scores = await outlierScores(opened, outside, options.pictures);
    const report = outlierReport(opened, against, scores);
    console.log(options.json ? JSON.stringify(report) : outlierText(report));
  } finally {
    await opened.engine.dispose();
  }
}

/** The scores of test pictures and of `outside`, and the noise that the likelihood assumes. */
export interface OutlierScores {
  readonly noise: number;
  readonly scores: readonly OutlierScore[];
}

/** @param count look at the first so many pictures of each set only */
export async function outlierScores(
  { data, engine }: Pick<OpenClassifier, 'data' | 'engine'>,
  outside: ClassifiedImages,
  count?: number,
): Promise<OutlierScores> {
  const baselines = pictureBaselines(data.train);
  const validation = await viewAll(engine, 'score', data.validation, count);
  const noise = noiseOf(validation.squaredError!.data, data.test.images.length / data.test.count);
  const scored = async (set: ClassifiedImages) => {
    const pictures = firstOf(set, count);
    const views = await viewAll(engine, 'score', set, count);
    const { full, picture, path, signed } = nrmLikelihood(views, noise);
    return {
      [LIKELIHOOD]: full,
      'its picture part': picture,
      'its path part': path,
      ...(signed && { 'with signed switches': signed }),
      'greatest probability': greatestProbability(views.logits!.data, views.logits!.columns),
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
    inside: config.data.dataset,
    outside: against,
    pictures: { inside: first.inside.length, outside: first.outside.length },
    noise,
    scores: scores.map(outlierResult),
  };
}

/** What the scores are, for the table's foot. */
export const OUTLIER_NOTES =
  'NRM likelihood: −½ ‖x − h₀‖² / σ² − ½ D log 2πσ² + (η − η⁰) / σ² + log π of the likeliest class, σ² the mean ‖x − h₀‖² / D of ' +
  "validation pictures of the run's own dataset; no foreign picture was used to choose anything. Simplicity: minus the bytes that a " +
  'picture takes compressed. Passing: share of foreign pictures that score as high as 95 % of those at home.';

function outlierText({ inside, outside, pictures, noise, scores }: OutlierReport): string {
  const rows = scores.map(({ name, auroc, passAt95 }) => [
    name,
    auroc.toFixed(4),
    `${(100 * passAt95).toFixed(1)} %`,
  ]);
  const head = `${inside} (${pictures.inside} test pictures) against ${outside} (${pictures.outside}), σ ${noise.toFixed(3)}`;
  return `${head}\n\n${textTable(['score', 'AUROC', 'passing'], rows)}\n\n${OUTLIER_NOTES}`;
}

function firstOf({ count, images }: ClassifiedImages, most = count): PictureBytes {
  const kept = Math.min(most, count);
  return { count: kept, images: images.subarray(0, (images.length / count) * kept) };
}
