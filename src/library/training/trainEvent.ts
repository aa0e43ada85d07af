import type { SessionEvent } from '../../learning/session.js';
import type { TrainingEvent } from '../../learning/trainingEvent.js';
import type { SampleEvent } from '../../learning/trainSamples.js';

/** What happened in a training, for whoever watches: `of` says what it learns from. */
export type TrainEvent =
  | ({ readonly of: 'clips' } & TrainingEvent)
  | ({ readonly of: 'images' } & (SampleEvent | SessionEvent));
