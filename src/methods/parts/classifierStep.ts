import type { LabelledBatchSizes } from '../../samples/labelledBatches.js';
import type { NrmObjectivesConfig } from '../settings/nrmObjectives.js';
import type { StepOptimizer } from '../settings/optimizer.js';

/** What losses need to know besides their weights. */
export interface NrmLossSettings {
  /** Smallest probability at which an answer serves as a label. */
  readonly pseudoLabelThreshold?: number;
  /** How many images of a batch are rendered, its last ones; all by default. Rendering costs most. */
  readonly rendered?: number;
  /** Render with the switches of the signed E-step, not with those of the way up. */
  readonly signed?: boolean;
}

export interface NrmProgramSizes extends LabelledBatchSizes {
  /** Images that are evaluated or rendered side by side. */
  readonly batch: number;
}

export type NrmStepSettings = StepOptimizer &
  NrmLossSettings & {
    readonly objectives: NrmObjectivesConfig;
    /** Standard deviation of normal noise on what is seen while training, in [0, 1]; the teacher sees other noise. */
    readonly inputNoise?: number;
    /** The teacher sees images without noise and without dropout. */
    readonly cleanTeacher?: boolean;
    /** How far images nearby are, for `virtualAdversarial`: a share of the image's own Euclidean length. */
    readonly radius?: number;
  };
