import type { AdversarialFigures, OneSided } from './adversarialBalance.js';
import type { Position } from './checkpoint.js';
import type { SplitErrors } from './evaluate.js';

/** What happened, for whoever watches. */
export type TrainingEvent =
  | {
      readonly kind: 'started';
      readonly seed: number;
      readonly source: string;
      readonly device: string;
      readonly folder: string;
    }
  /** In place of all others: the run to be resumed has nothing left to do. */
  | { readonly kind: 'finished'; readonly position: Position }
  | { readonly kind: 'resumed'; readonly position: Position }
  /** The run to be resumed has saved nothing yet: it begins anew. */
  | { readonly kind: 'anew' }
  | { readonly kind: 'skipping'; readonly batches: number }
  | {
      readonly kind: 'step';
      readonly position: Position;
      readonly loss: number;
      /** Of training against a discriminator: the two parts of `loss`, and how the discriminator does. */
      readonly adversarial?: AdversarialFigures;
      readonly framesPerSecond: number;
      readonly progress: number;
    }
  | {
      readonly kind: 'validation';
      readonly position: Position;
      readonly errors: SplitErrors;
      /** The one of `errors` that training brings down, by which the best weights are chosen (not of adversarial training). */
      readonly error: number;
      readonly best: boolean;
    }
  | ({ readonly kind: 'one-sided'; readonly position: Position } & OneSided)
  | { readonly kind: 'saved'; readonly position: Position };
