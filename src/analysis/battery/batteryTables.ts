import type { LinearAlgebra } from '../algebra/linearAlgebra.js';
import type { LatentRows } from '../latents/latentsFile.js';
import type { MapMethod } from '../protocols/latentMap.js';

/** Latents of one run; layers are sources, the run's memory first. */
export interface BatteryTables {
  readonly train: LatentRows;
  /** To choose settings on; only needed where labels are distinguished. */
  readonly validation?: LatentRows;
  readonly test: LatentRows;
  /** Of labels whose classes have names: by the number that stands for each. */
  readonly classNames?: Readonly<Record<string, readonly string[]>>;
  /** New people in every view, `label.identity` and `label.view`: some to choose C on, others to test. */
  readonly views?: { readonly validation: LatentRows; readonly test: LatentRows };
}

export interface BatteryOptions {
  readonly seed: number;
  readonly draws: number;
  readonly maps: readonly MapMethod[];
  readonly algebra?: LinearAlgebra;
  /** The current measurement, for progress. */
  readonly onStage?: (stage: string) => void;
}
