import { required } from '../../common/required.js';
import { momentsOf, normalizedBy } from '../../nn/batchNorm.js';
import { glorotUniform, randomFor } from '../../nn/initializers.js';
import { tensorOf } from '../../nn/tensorOf.js';
import tf, { type Tensor, type Tensor4D } from '../../tensorflow/backend/tf.js';
import type { HostArray, Named } from '../../tensorflow/spec/program.js';
import { combinatorParameters, combined } from './combinator.js';

/** A layer whose noise is taken away: `[height, width, channels]` or `[channels]`. */
export interface LadderRung {
  readonly name: string;
  readonly shape: readonly number[];
}

/** The way down of a ladder network. Parameters: `down.<rung>`, and the combinators `combine.<rung>`. */
export interface LadderDecoder {
  parameters(seed: number): Named<HostArray>;
  /**
   * What each rung was before its noise, by name.
   * @param noisy the noisy rungs, `[n, …]`
   * @param top what the way down starts from, of the shape of the highest rung
   */
  decode(parameters: Named<Tensor>, noisy: Named<Tensor>, top: Tensor): Named<Tensor>;
}

/** Side of the convolutions from map to map. */
const KERNEL = 3;

/** @param rungs from the lowest one up */
export function ladderDecoder(rungs: readonly LadderRung[]): LadderDecoder {
  const down = [...rungs].reverse();
  return {
    parameters(seed) {
      const all: Named<HostArray> = {};
      down.forEach(({ name, shape }, at) => {
        Object.assign(all, combinatorParameters(`combine.${name}`, shape.at(-1)!));
        const above = down[at - 1];
        if (!above) return;
        const [inputs, outputs] = [above.shape.at(-1)!, shape.at(-1)!];
        const [size, area] = above.shape.length === 3 ? [[KERNEL, KERNEL], KERNEL ** 2] : [[], 1];
        const drawn = randomFor(seed, `down.${name}`);
        all[`down.${name}`] = glorotUniform([...size, inputs, outputs], area * inputs, area * outputs, drawn);
      });
      return all;
    },

    decode(parameters, noisy, top) {
      const found: Named<Tensor> = {};
      let below = top;
      for (const [at, rung] of down.entries()) {
        const drawn = at === 0 ? top : drawDown(parameters, rung, below);
        const above = normalizedBy(drawn, momentsOf(drawn));
        below = combined(parameters, `combine.${rung.name}`, required(noisy, rung.name), above);
        found[rung.name] = below;
      }
      return found;
    },
  };
}

/** A rung from the one above it. A vector, which is the mean of a map, says the same of every place of the map. */
function drawDown(parameters: Named<Tensor>, { name, shape }: LadderRung, above: Tensor): Tensor {
  const weight = tensorOf(parameters, `down.${name}`);
  if (above.rank === 2) {
    const vector = tf.matMul(above, weight);
    return shape.length === 3 ? tf.reshape(vector, [-1, 1, 1, shape[2]!]) : vector;
  }
  const map = above as Tensor4D;
  const [height, width] = shape as [number, number];
  const same = map.shape[1] === height && map.shape[2] === width;
  const large = same ? map : tf.image.resizeNearestNeighbor(map, [height, width]);
  return tf.conv2d(large, weight as Tensor4D, 1, 'same');
}
