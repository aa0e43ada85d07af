import { required } from '../../common/required.js';
import { branchesOf, type Nrm, pathScore } from '../../models/nrm/index.js';
import { adversarialStep } from '../../objectives/answers/virtualAdversarial.js';
import { halfOfEach } from '../../objectives/rendering/maxMin.js';
import tf, { type Scalar, type Tensor, type Tensor4D } from '../../tensorflow/backend/tf.js';
import { entryOf } from '../../tensorflow/spec/entry.js';
import type { Entry, Named, ProgramSpec } from '../../tensorflow/spec/program.js';
import { Aside } from '../parts/aside.js';
import type { NrmProgramSizes, NrmStepSettings } from '../parts/classifierStep.js';
import { downwardMoments, followBatch, upwardMoments } from '../parts/movingStatistics.js';
import { followStudent, teacherOf, trainedNames, withTeacher } from '../parts/teacher.js';
import { trainEntries } from '../parts/trainEntries.js';
import { NEARBY, type NrmObjectivesConfig, UNSUPERVISED } from '../settings/nrmObjectives.js';
import { nrmLosses, renderLikeliest } from './nrmLosses.js';

/**
 * The entry points of a neural rendering model, images uint8 throughout:
 * - `train`: see `nrmTrainEntry`; `trainLabels`, where `sizes.labelsFirst` asks for it: see `trainEntries`
 * - `evaluate`: images `[batch, h, w, c]` → logits and teacherLogits `[batch, classes]`
 * - `render`: images → the image as the model renders it and what lies between, see `nrmRenderEntry`
 *
 * The variables are the model's and, named `teacher/…`, their moving average: the teacher.
 */
export function nrmProgram(
  model: Nrm,
  seed: number,
  sizes: NrmProgramSizes,
  settings: NrmStepSettings,
): ProgramSpec {
  return {
    variables: withTeacher(model.parameters(seed)),
    entries: {
      ...trainEntries((own, how) => nrmTrainEntry(model, own, how), sizes, settings),
      evaluate: evaluateEntry(model, sizes.batch),
      render: nrmRenderEntry(model, sizes.batch),
    },
    seed,
  };
}

/**
 * One step of the student, then the teacher follows. The loss is cross-entropy where there are labels, plus `ramp` times every
 * unsupervised loss that has a weight, over labelled and unlabelled images; with Max-Min the mean over both readings. Without
 * any such weight the unlabelled images are not looked at. With noise, what is rendered is compared with the image without it.
 *
 * labelled `[labelled, h, w, c]`, labels `[labelled]` from 0, unlabelled `[unlabelled, h, w, c]`, teacherView
 * `[labelled + unlabelled, h, w, c]` where there is one, learningRate, ramp, and
 * teacherDecay and statisticsDecay (the share that the teacher and the moving statistics keep of themselves) → loss, gradientNorm, and every loss by name, without its weight.
 */
export function nrmTrainEntry(model: Nrm, sizes: NrmProgramSizes, settings: NrmStepSettings): Entry {
  const {
    objectives,
    optimizer,
    clipNorm,
    inputNoise = 0,
    cleanTeacher,
    radius = NEARBY,
    pseudoLabelThreshold,
    rendered,
    signed,
  } = settings;
  const { labelled, unlabelled, teacherView = false } = sizes;
  const scalar = { shape: [], dtype: 'float32' } as const;
  const readsAll = unlabelled > 0 && UNSUPERVISED.some((name) => objectives[name] > 0);
  const branches = branchesOf(model.config);
  return entryOf(
    {
      labelled: imagesInput(model, labelled),
      labels: { shape: [labelled], dtype: 'int32' },
      ...(unlabelled > 0 && { unlabelled: imagesInput(model, unlabelled) }),
      ...(teacherView && { teacherView: imagesInput(model, labelled + unlabelled) }),
      learningRate: scalar,
      ramp: scalar,
      teacherDecay: scalar,
      statisticsDecay: scalar,
    },
    (inputs, step) => {
      const all = readsAll && inputs.unlabelled && tf.concat([inputs.labelled, inputs.unlabelled], 0);
      const bytes = all || inputs.labelled;
      const clean = scaled(bytes);
      const noisy = (x: Tensor4D): Tensor4D =>
        inputNoise > 0 ? tf.add(x, tf.mul(step.randomNormal(x.shape), inputNoise)) : x;
      const images = noisy(clean);
      const randomUniform = (shape: readonly number[]) => step.randomUniform(shape);
      const reading = { training: true, randomUniform };
      const readTeacher = () => {
        const shown = inputs.teacherView ? scaled(inputs.teacherView) : clean;
        const [view, how] = cleanTeacher ? [shown, { ...reading, keepAll: true }] : [noisy(shown), reading];
        return readAll(model, teacherOf(step.variables), view, how).logits;
      };
      const teacher = objectives.consistency > 0 ? readTeacher() : undefined;
      const findNearby = () => {
        const read = (x: Tensor4D) => readAll(model, step.variables, x, reading).logits;
        const start = step.randomNormal(images.shape) as Tensor4D;
        return tf.add(images, adversarialStep(read, images, read(images), start, radius)) as Tensor4D;
      };
      const nearby = objectives.virtualAdversarial > 0 ? findNearby() : undefined;
      const measured = new Aside();
      const moments = new Aside();

      const loss = () => {
        const readings = branches.map((activation) => {
          const options = { ...reading, activation, pseudoLabelThreshold, rendered, signed };
          const batch = { images, clean, labels: inputs.labels, teacher, nearby };
          const { terms, inference, rendering } = nrmLosses(
            model,
            step.variables,
            batch,
            objectives,
            options,
          );
          for (const [name, value] of upwardMoments(model, inference.layers, activation))
            moments.keep(name, value);
          // The way down is looked at after the reading with maxima alone, so it has statistics of that one only.
          if (rendering && activation === 'max')
            for (const [name, value] of downwardMoments(model, rendering)) moments.keep(name, value);
          return terms;
        });
        return weighted(readings, objectives, inputs.ramp, measured);
      };
      const variables = trainedNames(step.variables, model.statistics);
      const { learningRate } = inputs;
      const moved = step.minimize(loss, { optimizer, clipNorm, learningRate, variables });
      followBatch(step, moments.take(), inputs.statisticsDecay);
      followStudent(step, inputs.teacherDecay);
      return { ...moved, ...measured.take() };
    },
  );
}

/** Σ of the losses' means over the readings, each by its weight. */
function weighted(
  readings: readonly Partial<Record<keyof NrmObjectivesConfig, Scalar>>[],
  objectives: NrmObjectivesConfig,
  ramp: Scalar,
  measured: Aside,
): Scalar {
  const mean = (name: keyof NrmObjectivesConfig) =>
    measured.keep(name, halfOfEach(readings.map((terms) => required(terms, name))));
  const supervised = tf.mul<Scalar>(mean('crossEntropy'), objectives.crossEntropy);
  const unsupervised = UNSUPERVISED.filter((name) => objectives[name] > 0).map((name) =>
    tf.mul<Scalar>(mean(name), objectives[name]),
  );
  if (unsupervised.length === 0) return supervised;
  return tf.add(supervised, tf.mul<Scalar>(tf.addN(unsupervised), ramp));
}

function evaluateEntry(model: Nrm, batch: number): Entry {
  return entryOf({ images: imagesInput(model, batch) }, ({ images }, { variables }) => {
    const x = scaled(images);
    return {
      logits: readAll(model, variables, x).logits,
      teacherLogits: readAll(model, teacherOf(variables), x).logits,
    };
  });
}

/**
 * images `[batch, h, w, c]` → of the reading with maxima, rendered as the likeliest class: `image` (h₀), `reconstructionError`
 * `[batch]` (½ Σ (x − h₀)²), `pathScore` `[batch]` (η), `logits`, and by layer ℓ from 0 at the image `inferred.ℓ` (ψ) and
 * `rendered.ℓ` (h), of one shape.
 */
export function nrmRenderEntry(model: Nrm, batch: number): Entry {
  return entryOf({ images: imagesInput(model, batch) }, ({ images }, { variables }) => {
    const x = scaled(images);
    const inference = model.forward(variables, x);
    const { rendering, path } = renderLikeliest(model, variables, inference);
    const outputs: Named<Tensor> = {
      image: rendering.image,
      reconstructionError: tf.mul(tf.sum(tf.square(tf.sub(x, rendering.image)), [1, 2, 3]), 0.5),
      pathScore: pathScore(rendering, path),
      logits: inference.logits,
    };
    rendering.maps.forEach((map, layer) => {
      outputs[`inferred.${layer}`] = inference.layers[layer]!.map;
      outputs[`rendered.${layer}`] = map;
    });
    return outputs;
  });
}

/** A network's answers: the mean over its readings, `[n, classes]`. */
export function readAll(
  model: Nrm,
  parameters: Named<Tensor>,
  images: Tensor4D,
  options: Parameters<Nrm['forward']>[2] = {},
): { logits: tf.Tensor2D } {
  const readings = branchesOf(model.config).map((activation) =>
    model.forward(parameters, images, { ...options, activation }),
  );
  return { logits: halfOfEach(readings.map(({ logits }) => logits)) };
}

/** Images to be fed as bytes. */
export function imagesInput({ image }: Nrm, count: number) {
  return { shape: [count, image.height, image.width, image.channels], dtype: 'uint8' } as const;
}

/** Bytes as values in [0, 1]. */
export function scaled(images: Tensor): Tensor4D {
  return tf.div(images, 255);
}
