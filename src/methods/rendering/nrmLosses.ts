import { once } from '../../common/once.js';
import {
  type Branch,
  type Inference,
  type InferenceOptions,
  type LayerInference,
  type Nrm,
  pathOf,
  type Rendering,
  type RenderingOptions,
  type RenderingPath,
  signedInference,
} from '../../models/nrm/index.js';
import { answerDivergence } from '../../objectives/answers/virtualAdversarial.js';
import { momentMatching } from '../../objectives/rendering/momentMatching.js';
import { nonNegativity } from '../../objectives/rendering/nonNegativity.js';
import { reconstructionLoss } from '../../objectives/rendering/reconstruction.js';
import { renderingPathNormalization } from '../../objectives/rendering/renderingPath.js';
import tf, { type Scalar, type Tensor, type Tensor4D } from '../../tensorflow/backend/tf.js';
import type { Named } from '../../tensorflow/spec/program.js';
import { answerLosses } from '../parts/answerLosses.js';
import type { NrmLossSettings } from '../parts/classifierStep.js';
import { type NrmObjectivesConfig, rendersImages, type UnsupervisedTerm } from '../settings/nrmObjectives.js';

/** What one reading of a batch is trained on. */
export interface NrmBatch {
  /** `[n, height, width, channels]` in [0, 1]; the labelled ones come first. */
  readonly images: Tensor4D;
  /** The images to render, where they differ from the input: those without noise. */
  readonly clean?: Tensor4D;
  /** `[labelled]` int32. */
  readonly labels: Tensor;
  /** What the teacher says, `[n, classes]`; where consistency counts. */
  readonly teacher?: tf.Tensor2D;
  /** Images nearby `[n, height, width, channels]`; where their answers count. */
  readonly nearby?: Tensor4D;
}

/** Losses of one reading by name, those with a weight only, and the inference they come from. */
export interface NrmLosses {
  readonly terms: Partial<Record<keyof NrmObjectivesConfig, Scalar>>;
  readonly inference: Inference;
  /** What was drawn for them, if anything was. */
  readonly rendering?: Rendering;
}

/** Read a batch once, with maxima or minima, render it where a loss asks for it, and compute all losses that have a weight. */
export function nrmLosses(
  model: Nrm,
  parameters: Named<Tensor>,
  { images, clean = images, labels, teacher, nearby }: NrmBatch,
  weights: NrmObjectivesConfig,
  options: InferenceOptions & { readonly activation: Branch } & NrmLossSettings,
): NrmLosses {
  const inference = model.forward(parameters, images, options);
  const { logits } = inference;
  const { rendered: drawn = logits.shape[0], pseudoLabelThreshold } = options;
  const { crossEntropy, ...ofAnswers } = answerLosses(
    [logits],
    labels,
    teacher && [teacher],
    pseudoLabelThreshold,
  );
  const looked = once(() => {
    const found = lastOf(inference, drawn);
    return options.signed ? signedInference(model, parameters, lastRows(images, drawn), found) : found;
  });
  const rendered = once(() => renderLikeliest(model, parameters, looked(), options));
  const losses: Record<UnsupervisedTerm, () => Scalar> = {
    ...ofAnswers,
    reconstruction: () => reconstructionLoss(lastRows(clean, drawn), rendered().rendering.image),
    nonNegativity: () => nonNegativity(rendered().rendering.maps),
    momentMatching: () =>
      momentMatching(
        rendered()
          .rendering.drawn.slice(1)
          .map(({ linear }) => linear),
        looked().layers.map((layer) => toMatch(model, layer)),
      ),
    pathNormalization: () => {
      const { rendering, classes, path } = rendered();
      const downward = rendering.drawn.flatMap(({ affine }) => affine ?? []);
      const empty = renderEmpty(model, parameters, path, options.activation, { downward });
      const shifts = path.affines.map(({ shift }) => shift);
      return renderingPathNormalization(shifts, rendering.units, empty.units, classes);
    },
    virtualAdversarial: () => {
      if (!nearby) throw new Error('virtualAdversarial needs images nearby');
      return answerDivergence(logits, model.forward(parameters, nearby, options).logits);
    },
  };
  const terms: NrmLosses['terms'] = { crossEntropy: crossEntropy() };
  for (const [name, loss] of Object.entries(losses) as [UnsupervisedTerm, () => Scalar][])
    if (weights[name] > 0) terms[name] = loss();
  return {
    terms,
    inference,
    rendering: rendersImages(weights) ? rendered().rendering : undefined,
  };
}

/**
 * What the map that is rendered for a layer should be like: its ψ or, where maps are normalised on both ways, what it is before
 * that, as in the authors' code.
 */
function toMatch({ config }: Nrm, { map, moments }: LayerInference) {
  return config.rendering === 'normalized' && moments ? moments : map;
}

/** What was found in the last `count` images. */
export function lastOf(inference: Inference, count: number): Inference {
  if (inference.logits.shape[0] <= count) return inference;
  return {
    logits: lastRows(inference.logits, count),
    features: lastRows(inference.features, count),
    layers: inference.layers.map(({ map, switches: { active, winners, kept }, ...rest }) => ({
      ...rest,
      map: lastRows(map, count),
      switches: {
        active: lastRows(active, count),
        winners: winners && lastRows(winners, count),
        kept: kept && lastRows(kept, count),
      },
    })),
  };
}

/** The last `count` rows of a tensor, or all there are. */
export function lastRows<T extends Tensor>(x: T, count: number): T {
  const [rows, ...rest] = x.shape;
  if (rows <= count) return x;
  return tf.slice(x, [rows - count, ...rest.map(() => 0)], [count, ...rest]) as T;
}

/** An image rendered as the class that it most likely is, with the switches that were found in it. */
export interface LikeliestRendering {
  readonly rendering: Rendering;
  readonly path: RenderingPath;
  /** That class, one-hot `[n, classes]`. */
  readonly classes: tf.Tensor2D;
}

export function renderLikeliest(
  model: Nrm,
  parameters: Named<Tensor>,
  inference: Inference,
  options: RenderingOptions = {},
): LikeliestRendering {
  const { logits } = inference;
  const likeliest = tf.argMax(logits, 1) as tf.Tensor1D;
  const classes = tf.cast(tf.oneHot(likeliest, logits.shape[1]), 'float32') as tf.Tensor2D;
  const path = pathOf(inference);
  const { training } = options;
  const rendering = model.render(parameters, model.templates(parameters, classes), path, { training });
  return { rendering, path, classes };
}

/** Every class once, with the switches that an image of zeros gets under the scales and shifts of the batch. */
export function renderEmpty(
  model: Nrm,
  parameters: Named<Tensor>,
  { affines }: RenderingPath,
  activation: Branch,
  options: RenderingOptions = {},
): Rendering {
  const { height, width, channels } = model.image;
  const empty = model.forward(parameters, tf.zeros([1, height, width, channels]), { activation, affines });
  const every = tf.eye(model.config.classes);
  const switches = pathOf(empty).switches.map(({ active, winners }) => ({
    active: repeated(active, model.config.classes),
    winners: winners && repeated(winners, model.config.classes),
  }));
  return model.render(parameters, model.templates(parameters, every), { switches, affines }, options);
}

/** The switches of one image for several: repeated explicitly, as pooling does not broadcast. */
function repeated(x: Tensor4D, count: number): Tensor4D {
  return tf.tile(x, [count, 1, 1, 1]);
}
