import { required } from '../../common/required.js';
import {
  countPaths,
  everythingOn,
  type Inference,
  type Nrm,
  nrm,
  pathOf,
  pathScore,
  type RenderingPath,
  renderFrom,
  signedInference,
  switchUnits,
} from '../../models/nrm/index.js';
import tf, { type Tensor, type Tensor4D } from '../../tensorflow/backend/tf.js';
import { entryOf } from '../../tensorflow/spec/entry.js';
import type { Entry, Named, ProgramSpec } from '../../tensorflow/spec/program.js';
import { renderEmpty, renderLikeliest } from './nrmLosses.js';
import { imagesInput, readAll, scaled } from './nrmProgram.js';

export interface NrmViewSizes {
  /** Images that are scored side by side. */
  readonly batch: number;
  /** Images that are looked into side by side. */
  readonly shown: number;
}

/**
 * The program that looks into a trained neural rendering model, its weights without a teacher's:
 * - `score`: how likely images are, see `scoreEntry`
 * - `render`: images `[batch, h, w, c]` uint8, labels `[batch]` → `image` (h₀ as that class), `classScore` `[batch]` (its logit)
 * - `look`: what lies between an image and its class, see `lookEntry`
 * - `maximise`: images that excite classes most, see `maximiseEntry`
 *
 * All are of the reading with maxima; only `logits` are the mean of both readings where there are two. Images are drawn as
 * the model renders them. What relates drawings to logits (`adds`, `maximise`) uses the exact inverse: it holds for no other one.
 */
export function nrmViewProgram(model: Nrm, { batch, shown }: NrmViewSizes): ProgramSpec {
  return {
    variables: model.parameters(0),
    entries: {
      score: scoreEntry(model, batch),
      render: renderEntry(model, batch),
      look: lookEntry(model, shown),
      maximise: maximiseEntry(exactInverse(model)),
    },
  };
}

/** The same network, rendered with the weights of the way up: `⟨x, h₀⟩ + η` is then the logit. */
function exactInverse(model: Nrm): Nrm {
  return model.config.rendering === 'folded'
    ? model
    : nrm({ ...model.config, rendering: 'folded' }, model.image);
}

/**
 * images `[batch, h, w, c]` uint8 → `[batch]` each, as the likeliest class ŷ and with the switches z* that were found:
 * `squaredError` ‖x − h₀‖², `pathScore` η, `emptyScore` η of class ŷ with the switches of an empty image, `logPrior` the
 * logarithm of the class prior, softmax(c)_ŷ; `signedError` and `signedScore`, the first two with the switches of the signed
 * E-step (not where maps are normalised on the way down, which takes from a rendered value what its sign stands for); and `logits` `[batch, classes]`.
 */
function scoreEntry(model: Nrm, batch: number): Entry {
  return entryOf({ images: imagesInput(model, batch) }, ({ images }, { variables }) => {
    const x = scaled(images);
    const inference = model.forward(variables, x);
    const { rendering, path, classes } = renderLikeliest(model, variables, inference);
    const empty = renderEmpty(model, variables, path, 'max');
    const ofClass = (values: Tensor) => tf.reshape(tf.matMul(classes, tf.reshape(values, [-1, 1])), [batch]);
    return {
      logits: readAll(model, variables, x).logits,
      squaredError: squaredError(x, rendering.image),
      pathScore: pathScore(rendering, path),
      emptyScore: ofClass(pathScore(empty, path)),
      logPrior: ofClass(tf.logSoftmax(tf.reshape(required(variables, 'classifier.bias'), [1, -1]))),
      ...(model.config.rendering !== 'normalized' && signedScores(model, variables, x, inference, classes)),
    };
  });
}

function signedScores(
  model: Nrm,
  variables: Named<Tensor>,
  x: Tensor4D,
  inference: Inference,
  classes: tf.Tensor2D,
): Named<Tensor> {
  const found = signedInference(model, variables, x, inference, { classes });
  const { rendering, path } = renderLikeliest(model, variables, found);
  return {
    signedError: squaredError(x, rendering.image),
    signedScore: pathScore(rendering, path),
  };
}

function renderEntry(model: Nrm, batch: number): Entry {
  return entryOf(
    { images: imagesInput(model, batch), labels: { shape: [batch], dtype: 'int32' } },
    ({ images, labels }, { variables }) => {
      const inference = model.forward(variables, scaled(images));
      const classes = oneHot(labels, model.config.classes);
      const template = model.templates(variables, classes);
      return {
        image: model.render(variables, template, pathOf(inference)).image,
        classScore: tf.sum(tf.mul(inference.logits, classes), 1),
      };
    },
  );
}

/**
 * images `[shown, h, w, c]` uint8 → the image drawn from the map that each layer ℓ (from 0) has inferred in it, `from.ℓ`, and
 * from the template of the likeliest class, `image`; `on.ℓ` `[shown]`, the share of units that are on, `paths` `[shown]`, how many
 * rendering paths are active, and `allPaths` `[1]`, how many there are; `active.ℓ` `[shown, height, width]`, where they run: Σ |u_ℓ| over
 * the filters; and what each place adds to the logit of the likeliest class: `adds.0` for pixels, x ⊙ h₀, and `adds.ℓ+1` for
 * places of layer ℓ, ψ_ℓ ⊙ h_ℓ, summed over channels. With η of the layers above a map they sum to that logit, whatever the map.
 */
function lookEntry(model: Nrm, shown: number): Entry {
  return entryOf({ images: imagesInput(model, shown) }, ({ images }, { variables }) => {
    const x = scaled(images);
    const inference = model.forward(variables, x);
    const { rendering, path } = renderLikeliest(model, variables, inference);
    const exact = exactInverse(model);
    const inverse = exact === model ? rendering : renderLikeliest(exact, variables, inference).rendering;
    const outputs: Named<Tensor> = {
      image: rendering.image,
      logits: inference.logits,
      paths: countPaths(model, path),
      allPaths: countPaths(model, { switches: everythingOn(model, 1) }),
      'adds.0': tf.sum(tf.mul(x, inverse.image), 3),
    };
    inference.layers.forEach(({ map, switches, affine }, index) => {
      const h = rendering.maps[index]!;
      const { codes } = switchUnits(model.layers[index]!, model.config, h, switches, affine);
      outputs[`from.${index}`] = renderFrom(model, variables, map, index, path);
      outputs[`on.${index}`] = tf.mean(tf.cast(tf.greater(switches.active, 0.5), 'float32'), [1, 2, 3]);
      outputs[`active.${index}`] = tf.sum(tf.abs(codes), 3);
      outputs[`adds.${index + 1}`] = tf.sum(tf.mul(map, inverse.maps[index]!), 3);
    });
    return outputs;
  });
}

/**
 * The image that excites a class most, in closed form. With the switches z of some image the logit is linear in the pixels,
 * ⟨x, h₀(y, z)⟩ + η(y, z) + c_y, so that of all images of one norm r the greatest is x* = r h₀ / ‖h₀‖. x* has switches of its
 * own: repeating goes on to an image that is the best for the switches it has.
 *
 * `pictures` `[classes, h, w, c]` float32, one for each class, norm r → `best` of that shape, `reached` `[classes]`, the logits of
 * `pictures` for their class, `promised` `[classes]`, those of `best` if the switches stay, and `allOn` of that shape, the templates drawn with every switch on.
 */
function maximiseEntry(model: Nrm): Entry {
  const { classes } = model.config;
  const { height, width, channels } = model.image;
  return entryOf(
    {
      pictures: { shape: [classes, height, width, channels], dtype: 'float32' },
      norm: { shape: [], dtype: 'float32' },
    },
    ({ pictures, norm }, { variables }) => {
      const inference = model.forward(variables, pictures);
      const every = tf.eye(classes);
      const template = model.templates(variables, every);
      const path = pathOf(inference);
      const rendering = model.render(variables, template, path);
      const { image } = rendering;
      const length = tf.sqrt(tf.sum(tf.square(image), [1, 2, 3], true));
      return {
        best: tf.mul(tf.div(image, tf.add(length, 1e-12)), norm),
        reached: tf.sum(tf.mul(inference.logits, every), 1),
        promised: tf.addN([
          tf.mul(tf.reshape(length, [classes]), norm),
          pathScore(rendering, path),
          required(variables, 'classifier.bias'),
        ]),
        allOn: model.render(variables, template, allOn(model, inference)).image,
      };
    },
  );
}

function allOn(model: Nrm, inference: Inference): RenderingPath {
  return { ...pathOf(inference), switches: everythingOn(model, model.config.classes) };
}

function squaredError(x: Tensor4D, image: Tensor4D): Tensor {
  return tf.sum(tf.square(tf.sub(x, image)), [1, 2, 3]);
}

function oneHot(labels: Tensor, classes: number): tf.Tensor2D {
  return tf.cast(tf.oneHot(labels as tf.Tensor1D, classes), 'float32') as tf.Tensor2D;
}
