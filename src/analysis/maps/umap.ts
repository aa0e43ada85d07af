import { UMAP } from 'umap-js';
import { ForeframeError } from '../../common/errors.js';
import { Random } from '../../common/random.js';
import { checkCount, checkMatrix } from '../algebra/checks.js';
import { type DoubleMatrix, type Matrix, matrixOf, rowOf } from '../algebra/matrix.js';

export interface UmapSettings {
  readonly neighbours?: number;
  readonly seed?: number;
}

export interface FittedUmap {
  /** `[rows, 2]` */
  readonly embedding: DoubleMatrix;
  /** Number of neighbours used: fewer than requested where there are too few rows. */
  readonly neighbours: number;
}

/** Uniform manifold approximation (McInnes, Healy & Melville 2018, arXiv 1802.03426) into the plane, by umap-js, seeded. */
export class Umap {
  readonly settings: Readonly<Required<UmapSettings>>;

  constructor({ neighbours = 15, seed = 0 }: UmapSettings = {}) {
    checkCount('Umap', 'neighbours', neighbours, 2);
    this.settings = { neighbours, seed };
  }

  fit(x: Matrix): FittedUmap {
    checkMatrix('Umap', x);
    if (x.rows < 4) throw new ForeframeError(`Umap: ${x.rows} rows are too few for a map: give four or more`);
    const random = Random.for(this.settings.seed, 'umap');
    const neighbours = Math.min(this.settings.neighbours, x.rows - 1);
    const umap = new UMAP({ nNeighbors: neighbours, random: () => random.uniform() });
    const rows = Array.from({ length: x.rows }, (_, i) => Array.from(rowOf(x, i)));
    return { embedding: matrixOf(umap.fit(rows)), neighbours };
  }
}
