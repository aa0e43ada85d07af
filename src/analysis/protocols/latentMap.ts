import { Random } from '../../common/random.js';
import type { LinearAlgebra } from '../algebra/linearAlgebra.js';
import type { Matrix } from '../algebra/matrix.js';
import { Mds } from '../maps/mds.js';
import { Pca } from '../maps/pca.js';
import { Umap } from '../maps/umap.js';

export type MapMethod = 'pca' | 'mds' | 'umap';

export const MAP_METHODS: readonly MapMethod[] = ['pca', 'mds', 'umap'];

/** What colours the points of a map: a number for each, or a class. */
export interface MapColour {
  readonly name: string;
  readonly kind: 'number' | 'class';
  readonly values: readonly number[];
  /** Of classes that have names: by the value. */
  readonly names?: readonly string[];
}

/** Latents as points on a plane. */
export interface LatentMap {
  /** A description of the points. */
  readonly points: string;
  readonly source: string;
  readonly method: MapMethod;
  readonly x: readonly number[];
  readonly y: readonly number[];
  readonly colours: readonly MapColour[];
  /** How faithful the map is. */
  readonly note: string;
}

/** Places of latents on a plane by one method. */
export function placeOnPlane(
  x: Matrix,
  method: MapMethod,
  { seed = 0, algebra }: { readonly seed?: number; readonly algebra?: LinearAlgebra } = {},
): Pick<LatentMap, 'method' | 'x' | 'y' | 'note'> {
  const { places, note } = place(x, method, seed, algebra);
  const axis = (at: number) => Array.from({ length: x.rows }, (_, row) => places[row * 2 + at]!);
  return { method, x: axis(0), y: axis(1), note };
}

/** `limit` row numbers of `rows`, ascending, drawn by `seed`. */
export function sampleRows(rows: number, limit: number, seed: number): Int32Array {
  const all = Array.from({ length: rows }, (_, i) => i);
  if (rows <= limit) return Int32Array.from(all);
  const random = Random.for(seed, 'points of a map');
  for (let i = 0; i < limit; i++) {
    const j = i + random.integer(rows - i);
    [all[i], all[j]] = [all[j]!, all[i]!];
  }
  return Int32Array.from(all.slice(0, limit)).sort();
}

function place(
  x: Matrix,
  method: MapMethod,
  seed: number,
  algebra?: LinearAlgebra,
): { places: Float64Array; note: string } {
  if (method === 'pca') {
    const fitted = new Pca({ components: 2 }, algebra).fit(x);
    const share = fitted.explainedVarianceRatio.reduce((sum, value) => sum + value, 0);
    const note = `The two directions hold ${(100 * share).toFixed(0)} % of the variance.`;
    return { places: fitted.transform(x).data, note };
  }
  if (method === 'mds') {
    const { embedding, normalisedStress } = new Mds({ seed, starts: 2 }).fit(x);
    const note = `Stress ${normalisedStress.toFixed(2)}: 0 would keep all distances, below 0.2 keeps them fairly.`;
    return { places: embedding.data, note };
  }
  const { embedding, neighbours } = new Umap({ seed }).fit(x);
  return { places: embedding.data, note: `${neighbours} neighbours; far distances mean little on this map.` };
}
