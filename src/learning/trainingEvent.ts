import type { SplitErrors } from '../evaluation/evaluate.js';
import type { AdversarialFigures, OneSided } from '../methods/prediction/adversarialBalance.js';
import type { Position } from '../runs/checkpoint.js';
import type { SessionEvent } from './session.js';

/** What happened in a training on clips: what the command line draws and `trainRun` hands to `onEvent`. */
export type TrainingEvent =
  | SessionEvent
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
