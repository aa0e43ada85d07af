import type { LatentRows } from '../latentsFile.js';
import type { LinearAlgebra } from '../linearAlgebra.js';
import type { MapMethod } from './latentMap.js';

/** Latents of one run; layers are sources, the run's memory first. */
export interface BatteryTables {
  readonly train: LatentRows;
  /** To choose settings on; only needed where labels are told apart. */
  readonly validation?: LatentRows;
  readonly test: LatentRows;
  /** New people in every view, `label.identity` and `label.view`: some to choose C on, others to test. */
  readonly views?: { readonly validation: LatentRows; readonly test: LatentRows };
}

export interface BatteryOptions {
  readonly seed: number;
  readonly draws: number;
  readonly maps: readonly MapMethod[];
  readonly algebra?: LinearAlgebra;
  /** What is being measured now. */
  readonly onStage?: (stage: string) => void;
}
