import { boundedKernel, depthwiseConvolution } from '../../nn/depthwiseConvolution.js';
import { constant } from '../../nn/initializers.js';
import { unpool } from '../../nn/pooling.js';
import { stopGradient } from '../../nn/stopGradient.js';
import { tensorOf } from '../../nn/tensorOf.js';
import tf, { type Tensor, type Tensor4D } from '../../tensorflow/backend/tf.js';
import type { HostArray, Named } from '../../tensorflow/spec/program.js';
import type { LayerInference, NrmLayer, Rendering } from '../nrm/index.js';
import type { DynamicNrmConfig } from './dynamicNrmConfig.js';

/** m of each layer, `[n, height, width, filters]` before pooling; from the image up. */
export type Memory = readonly Tensor4D[];

/** R of each layer, `layer.ℓ.memory` `[k, k, filters, 1]`, at first 0. */
export function memoryParameters(config: DynamicNrmConfig, layers: readonly NrmLayer[]): Named<HostArray> {
  if (config.memory === 'none') return {};
  const side = config.memory === 'persistence' ? 1 : config.memoryKernel;
  return Object.fromEntries(
    layers.map(({ name, filters }) => [`${name}.memory`, constant([side, side, filters, 1], 0)]),
  );
}

/** R ∗ m of each layer: what the past adds to b. */
export function feedbackOf(
  config: DynamicNrmConfig,
  layers: readonly NrmLayer[],
  parameters: Named<Tensor>,
  memory: Memory,
): Tensor4D[] {
  return layers.map(({ name }, index) => {
    const kernel = boundedKernel(tensorOf<Tensor4D>(parameters, `${name}.memory`), config.memoryNorm);
    return depthwiseConvolution(memory[index]!, kernel);
  });
}

/**
 * m after a frame, put where it was found: `unpool_t(a)`, or the rendered u = `unpool_t(a ⊙ h)`. A constant: no gradient goes
 * back through what is remembered.
 */
export function remembered(
  layers: readonly NrmLayer[],
  found: readonly LayerInference[],
  rendering?: Rendering,
): Memory {
  return layers.map(({ pool, full }, index) => {
    const { active, winners } = found[index]!.switches;
    const values = rendering ? rendering.units[index]! : active;
    const placed = winners && pool ? unpool(values, winners, pool.size) : values;
    if (placed.shape[1] !== full.height) throw new Error('what is remembered has to be of the full map');
    return stopGradient(placed);
  });
}

/** Nothing seen yet. Filled, not uploaded: zeros of this size should be no constants in a graph. */
export function emptyMemory(layers: readonly NrmLayer[], batch: number): Memory {
  return layers.map(({ full: { height, width, channels } }) => tf.fill([batch, height, width, channels], 0));
}
