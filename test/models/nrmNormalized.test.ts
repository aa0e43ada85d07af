import { describe, expect, it } from 'vitest';
import { required } from '../../src/common/required.js';
import { nrmProgram } from '../../src/methods/rendering/nrmProgram.js';
import { nrmObjectivesConfig } from '../../src/methods/settings/nrmObjectives.js';
import { nrm, nrmConfig, pathOf } from '../../src/models/nrm/index.js';
import { momentsOf } from '../../src/nn/batchNorm.js';
import { loadTensorFlow } from '../../src/tensorflow/backend/backend.js';
import tf, { type Tensor, type Tensor4D } from '../../src/tensorflow/backend/tf.js';
import { compile } from '../../src/tensorflow/program/compile.js';
import type { Named } from '../../src/tensorflow/spec/program.js';

await loadTensorFlow({ precision: 'full' });

const image = { height: 10, width: 8, channels: 3 };
const network = (rendering: string) =>
  nrmConfig.parse({
    name: 'nrm',
    classes: 3,
    normalization: 'batch',
    activation: 'leaky-relu',
    rendering,
    layers: [{ filters: 6, pool: {} }, { filters: 7, padding: 'valid' }, { filters: 5 }],
  });

function built(rendering = 'normalized') {
  const model = nrm(network(rendering), image);
  const parameters: Named<Tensor> = {};
  for (const [name, { shape, data }] of Object.entries(model.parameters(1)))
    parameters[name] = tf.tensor(data, [...shape]);
  const x: Tensor4D = tf.randomUniform([6, image.height, image.width, image.channels], 0, 1, 'float32', 3);
  const inference = model.forward(parameters, x, { training: true });
  const classes = tf.oneHot(tf.tensor1d([0, 1, 2, 0, 1, 2], 'int32'), 3);
  const template = model.templates(parameters, tf.cast(classes, 'float32'));
  return { model, parameters, x, path: pathOf(inference), template };
}

const largest = (x: Tensor) => tf.max(tf.abs(x)).dataSync()[0]!;

describe('rendering with a batch normalisation of its own', () => {
  it('draws every map with the mean and the variance that its shift and scale say', () => {
    const { model, parameters, path, template } = built();
    parameters['layer.1.down.beta'] = tf.fill([7], 2);
    parameters['picture.down.gamma'] = tf.fill([3], 0.5);
    const { image: picture, maps } = model.render(parameters, template, path, { training: true });
    const wanted = [
      { map: picture, mean: 0, variance: 0.25 },
      // The template is spread after it was normalised: each of the 3 × 2 places gets a sixth.
      ...maps.map((map, layer) => ({ map, mean: layer === 1 ? 2 : 0, variance: layer === 2 ? 1 / 36 : 1 })),
    ];
    for (const { map, mean, variance } of wanted) {
      const found = momentsOf(map);
      expect(largest(tf.sub(found.mean, mean))).toBeLessThan(1e-3);
      expect(largest(tf.sub(found.variance, variance))).toBeLessThan(1e-2);
    }
  });

  it('normalises a template before it is spread over its map, as the authors do', () => {
    const { model, parameters, path, template } = built();
    const { drawn } = model.render(parameters, template, path, { training: true });
    const { map, linear } = drawn[3]!;
    expect(linear.shape).toEqual([6, 1, 1, 5]);
    const { height, width } = model.layers.at(-1)!.output;
    expect(map.shape).toEqual([6, height, width, 5]);
    expect(largest(tf.sub(tf.squeeze(linear, [1, 2]), template))).toBe(0);
  });

  it('draws from the moving statistics what it drew from the moments that they hold', () => {
    const { model, parameters, path, template } = built();
    const trained = model.render(parameters, template, path, { training: true });
    ['picture', 'layer.0', 'layer.1', 'layer.2'].forEach((name, index) => {
      const { mean, variance } = trained.drawn[index]!.moments!;
      parameters[`${name}.down.mean`] = mean;
      parameters[`${name}.down.variance`] = variance;
    });
    const later = model.render(parameters, template, path);
    expect(largest(tf.sub(later.image, trained.image))).toBeLessThan(1e-4);
    // One picture alone is drawn alike: nothing depends on what else is in the batch.
    const first = <T extends Tensor>(t: T) => tf.slice(t, 0, 1) as T;
    const alone = model.render(parameters, first(template), {
      ...path,
      switches: path.switches.map(({ active, winners }) => ({
        active: first(active),
        winners: winners && first(winners),
      })),
    });
    expect(largest(tf.sub(alone.image, first(trained.image)))).toBeLessThan(1e-4);
  });

  it('does not fade on its way down, as the exact inverse does', () => {
    const lowest = (rendering: string) => {
      const { model, parameters, path, template } = built(rendering);
      const { maps } = model.render(parameters, template, path, { training: true });
      return largest(maps[0]!);
    };
    expect(lowest('folded')).toBeLessThan(0.3);
    expect(lowest('normalized')).toBeGreaterThan(1);
  });

  it('lets its statistics follow what is drawn, and trains its scales and shifts', () => {
    const objectives = nrmObjectivesConfig.parse({ reconstruction: 1, momentMatching: 0.5 });
    const sizes = { labelled: 3, unlabelled: 4, batch: 2 };
    const optimizer = { kind: 'sgd', momentum: 0 } as const;
    const made = compile(nrmProgram(nrm(network('normalized'), image), 1, sizes, { objectives, optimizer }));
    const start = made.state();
    const bytes = (count: number) =>
      Uint8Array.from({ length: count * 240 }, (_, i) => (i * 37 + ((i * i) % 91)) % 256);
    const rates = { learningRate: 0.1, ramp: 1, teacherDecay: 0.9, statisticsDecay: 0 };
    made.run('train', { labelled: bytes(3), labels: Int32Array.of(0, 1, 2), unlabelled: bytes(4), ...rates });
    const end = made.state();
    for (const name of ['picture.down', 'layer.0.down', 'layer.2.down']) {
      for (const part of ['mean', 'variance', 'gamma'])
        expect(required(end, `${name}.${part}`).data, `${name}.${part}`).not.toEqual(
          required(start, `${name}.${part}`).data,
        );
      // Those of this batch alone: nothing is left of the 1 that they start with.
      expect(Math.max(...required(end, `${name}.variance`).data), name).toBeLessThan(0.9);
    }
    made.dispose();
  });
});
