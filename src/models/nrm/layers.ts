import { UsageError } from '../../common/errors.js';
import {
  type Affine,
  batchNormAffine,
  batchNormParameters,
  type Moments,
  movingMoments,
} from '../../nn/batchNorm.js';
import { convolutionParameters } from '../../nn/convolution.js';
import { pooledSize } from '../../nn/pooling.js';
import { tensorOf } from '../../nn/tensorOf.js';
import type { Tensor } from '../../tensorflow/backend/tf.js';
import type { HostArray, Named } from '../../tensorflow/spec/program.js';
import type { FrameShape } from '../videoModel.js';
import type { NrmConfig, NrmLayerConfig } from './nrmConfig.js';

/** Which of its two readings a network makes: with maxima, or (Max-Min) with minima on the same weights. */
export type Branch = 'max' | 'min';

/** A layer with the sizes that follow from the image's. */
export interface NrmLayer extends NrmLayerConfig {
  /** Its parameters are called `<name>.…`. */
  readonly name: string;
  /** What enters: the map below, or the image. */
  readonly input: FrameShape;
  /** After the convolution, before pooling. */
  readonly full: FrameShape;
  /** After pooling. */
  readonly output: FrameShape;
}

/** @throws UsageError when the images are too small for the layers */
export function layersOf(config: NrmConfig, image: FrameShape): NrmLayer[] {
  let input = image;
  return config.layers.map((layer, index) => {
    const lost = layer.padding === 'same' ? 0 : layer.kernel - 1;
    const full = { height: input.height - lost, width: input.width - lost, channels: layer.filters };
    const after = (length: number) => (layer.pool ? pooledSize(length, layer.pool.size) : length);
    const output = { height: after(full.height), width: after(full.width), channels: layer.filters };
    if (output.height < 1 || output.width < 1)
      throw new UsageError(
        `model.layers: images of ${image.height}×${image.width} leave nothing after layer ${index} of the network: use ${fewer(index, layer)}`,
      );
    const made = { ...layer, name: `layer.${index}`, input, full, output };
    input = output;
    return made;
  });
}

/** What would leave something: fewer layers, or less of what makes this one's map small. */
function fewer(index: number, { pool, padding, kernel }: NrmLayerConfig): string {
  const causes = [
    ...(index > 0 ? [`${index} ${index === 1 ? 'layer' : 'layers'} at most`] : []),
    ...(pool ? [`no pool, or a smaller one than ${pool.size}`] : []),
    ...(padding === 'valid' && kernel > 1 ? [`padding: same, or a smaller kernel than ${kernel}`] : []),
  ];
  return causes.join(', or ');
}

/** First values of a layer: weights and bias, or weights, γ, β and the moving statistics of each branch. */
export function layerParameters(layer: NrmLayer, config: NrmConfig, seed: number): Named<HostArray> {
  const { name, kernel, filters, input } = layer;
  const all = convolutionParameters(name, { kernel, inputs: input.channels, filters }, seed);
  if (config.normalization === 'bias') return all;
  delete all[`${name}.bias`];
  Object.assign(all, batchNormParameters(name, filters));
  for (const branch of branchesOf(config))
    Object.assign(all, movingMoments(statisticsName(layer, branch), filters));
  return all;
}

/** Names of a layer's parameters that follow the data instead of a gradient. */
export function movingNames(layer: NrmLayer, config: NrmConfig): string[] {
  if (config.normalization === 'bias') return [];
  return branchesOf(config).flatMap((branch) => {
    const name = statisticsName(layer, branch);
    return [`${name}.mean`, `${name}.variance`];
  });
}

/** The readings that a network makes. */
export function branchesOf({ maxMin }: NrmConfig): readonly Branch[] {
  return maxMin ? ['max', 'min'] : ['max'];
}

/** The two branches see other numbers, so each has statistics of its own. */
export function statisticsName({ name }: NrmLayer, branch: Branch): string {
  return `${name}.${branch}`;
}

/** What a layer adds to its convolution, from the moments of the batch or, without them, the moving ones. */
export function affineOf(
  layer: NrmLayer,
  config: NrmConfig,
  parameters: Named<Tensor>,
  branch: Branch,
  moments?: Moments,
): Affine {
  const { name } = layer;
  if (config.normalization === 'bias') return { shift: tensorOf(parameters, `${name}.bias`) };
  return batchNormAffine(parameters, name, { moments, statistics: statisticsName(layer, branch) });
}
