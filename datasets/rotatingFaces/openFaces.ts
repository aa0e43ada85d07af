import { eigenSymmetric } from '../../src/common/eigenSymmetric.js';
import type { FetchOptions } from '../../src/common/files/npmPackage.js';
import { Random } from '../../src/common/random.js';
import { buildHeadModel, type HeadModel, moveHead } from './headModel.js';
import { loadHumanPackage } from './humanPackage.js';
import { type HeadShape, type ImageSize, renderHead, vertexNormals } from './renderHead.js';

/** One person's head. */
export interface Identity {
  /** `mean`, or what it was drawn by. */
  readonly name: string;
  /** Weight of each slider in its standard deviations. */
  readonly weights: readonly number[];
  readonly shape: HeadShape;
}

/** Heads of people who do not exist, seen from any side. */
export interface Faces {
  /** The average head: all weights and components are 0. */
  readonly mean: Identity;
  /** Names of the sliders, in the order of an identity's weights. */
  readonly sliders: readonly string[];
  /** Part of the variance of all vertices' places along each of the components. */
  readonly explained: readonly number[];
  /**
   * The person with this number or name, the same every time. The datasets use numbers only, so a name (such as
   * `identification 7`) is somebody no clip shows.
   */
  identity(seed: number | string): Identity;
  /**
   * An image of a head.
   * @param angleDegrees 0 looks at the camera, 90 to the right of the image
   * @param size side of a square image, or its width and height; the head fills the height
   * @returns grey, row by row, 0 … 255
   */
  render(identity: Identity, angleDegrees: number, size: number | ImageSize): Uint8Array;
  /** A head's place along the first `COMPONENTS` principal components, each of variance near 1 over people. */
  components(identity: Identity): number[];
}

/** How many principal components travel with a clip. */
export const COMPONENTS = 10;
/** Fixed, so that every experiment shows the same people whatever its own seed is. */
const SEED = 1511;
/** Weights further out are drawn again, in standard deviations: heads stay plausible. */
const LARGEST_WEIGHT = 2.5;

/**
 * Fetch and build the model of heads: the average of MakeHuman's adults plus Gaussian weights on its sliders of face, head
 * and neck, a linear function of the weights.
 *
 * Principal components: those of the vertices' places over all people. As the weights are independent and the heads linear
 * in them, they follow exactly from the directions D (sliders × coordinates, each at one standard deviation): with
 * eigenvectors v of D·Dᵀ a person of weights z has the components vᵀz. No sample is drawn, so they are the same everywhere.
 * @throws ForeframeError when the package cannot be fetched or is damaged.
 */
export async function openFaces(options: FetchOptions = {}): Promise<Faces> {
  const model = await buildHeadModel(await loadHumanPackage(options));
  const { explained, directions } = principalDirections(model);
  return {
    mean: identityOf(
      model,
      'mean',
      model.sliders.map(() => 0),
    ),
    sliders: model.sliders.map(({ name }) => name),
    explained,
    identity: (seed) => {
      const name = String(seed);
      const purpose = typeof seed === 'number' ? `identity ${name}` : `named identity ${name}`;
      return identityOf(model, name, drawWeights(Random.for(SEED, purpose), model.sliders.length));
    },
    render: ({ shape }, angleDegrees, size) =>
      renderHead(
        shape,
        model.surface,
        angleDegrees,
        typeof size === 'number' ? { width: size, height: size } : size,
      ),
    components: ({ weights }) =>
      directions.map((vector) => vector.reduce((sum, value, i) => sum + value * weights[i]!, 0)),
  };
}

function drawWeights(random: Random, count: number): number[] {
  return Array.from({ length: count }, () => {
    let weight = random.normal();
    while (Math.abs(weight) > LARGEST_WEIGHT) weight = random.normal();
    return weight;
  });
}

function identityOf(model: HeadModel, name: string, weights: readonly number[]): Identity {
  let shape: HeadShape | undefined;
  return {
    name,
    weights,
    // Made for the first image: most of who somebody is follows from the weights alone.
    get shape() {
      shape ??= shapeOf(model, weights);
      return shape;
    },
  };
}

function shapeOf({ mean, sliders, surface }: HeadModel, weights: readonly number[]): HeadShape {
  const positions = mean.slice();
  moveHead(positions, sliders, weights);
  return { positions, normals: vertexNormals(positions, surface.triangles) };
}

/** The first `COMPONENTS` eigenvectors v, largest value first, each with its largest entry positive. */
function principalDirections(model: HeadModel): {
  readonly explained: readonly number[];
  readonly directions: readonly Float64Array[];
} {
  const n = model.sliders.length;
  const { values, vectors } = eigenSymmetric(innerProducts(model), n);
  const variance = values.reduce((sum, value) => sum + value, 0);
  const largest = Array.from({ length: COMPONENTS }, (_, k) => n - 1 - k);
  return {
    explained: largest.map((at) => values[at]! / variance),
    directions: largest.map((at) => withPositivePeak(vectors.filter((_, i) => i % n === at))),
  };
}

function withPositivePeak(vector: Float64Array): Float64Array {
  const peak = vector.reduce((best, value) => (Math.abs(value) > Math.abs(best) ? value : best), 0);
  return peak < 0 ? vector.map((value) => -value) : vector;
}

/** `[sliders, sliders]`: D·Dᵀ of their directions. */
function innerProducts({ mean, sliders }: HeadModel): Float64Array {
  const rows = sliders.map((slider) => {
    const direction = new Float32Array(mean.length);
    moveHead(direction, [slider], [1]);
    return direction;
  });
  const n = rows.length;
  const products = new Float64Array(n * n);
  for (let i = 0; i < n; i++)
    for (let j = 0; j <= i; j++) {
      const product = innerProduct(rows[i]!, rows[j]!);
      products[i * n + j] = product;
      products[j * n + i] = product;
    }
  return products;
}

function innerProduct(a: Float32Array, b: Float32Array): number {
  let sum = 0;
  for (let k = 0; k < a.length; k++) sum += a[k]! * b[k]!;
  return sum;
}
