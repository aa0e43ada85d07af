import { Random } from '../../common/random.js';
import { nativeBackend, nativeOp, typeAttr } from '../backend/native.js';
import tf, { type Tensor } from '../backend/tf.js';
import { checkShape } from '../spec/hostArrays.js';

export type Distribution = 'uniform' | 'normal';

/** The draws of one run of an entry. They depend on the seed, the entry, the run and the draw's place in it. */
export class Draws {
  readonly #purpose: string;
  readonly #seed: number;
  /** Runs of this entry so far: an int32 scalar, a variable where the draws are part of a graph. */
  readonly #count: () => Tensor;
  #counter: Tensor | undefined;
  #drawn = 0;

  /** @param count reads the counter and moves it on; called once, and not at all where nothing is drawn. */
  constructor(seed: number, entry: string, count: () => Tensor) {
    this.#seed = seed;
    this.#purpose = entry;
    this.#count = count;
  }

  draw(distribution: Distribution, shape: readonly number[]): Tensor {
    checkShape(`entry ${this.#purpose}, random${distribution === 'uniform' ? 'Uniform' : 'Normal'}`, shape);
    const place = Random.for(this.#seed, `${this.#purpose}/${this.#drawn++}`).uint32() | 0;
    // Kept, because the first draw may be inside a loss, whose tensors go when it is done.
    this.#counter ??= tf.keep(this.#count());
    return nativeBackend()
      ? nativeDraw(distribution, shape, place, this.#counter)
      : ownDraw(distribution, shape, `${place}/${this.#counter.dataSync()[0]}`);
  }

  dispose(): void {
    this.#counter?.dispose();
  }
}

function nativeDraw(
  distribution: Distribution,
  shape: readonly number[],
  place: number,
  run: Tensor,
): Tensor {
  const seed = tf.stack([tf.scalar(place, 'int32'), run]);
  return nativeOp(
    distribution === 'uniform' ? 'StatelessRandomUniform' : 'StatelessRandomNormal',
    [tf.tensor1d([...shape], 'int32'), seed],
    [typeAttr('dtype', 'float32'), typeAttr('T', 'int32'), typeAttr('Tseed', 'int32')],
  );
}

/** Not TensorFlow's numbers, but equally repeatable. */
function ownDraw(distribution: Distribution, shape: readonly number[], seed: string): Tensor {
  let hash = 0;
  for (const char of seed) hash = (Math.imul(hash, 31) + char.charCodeAt(0)) | 0;
  return distribution === 'uniform'
    ? tf.randomUniform([...shape], 0, 1, 'float32', String(hash))
    : tf.randomNormal([...shape], 0, 1, 'float32', hash);
}
