export { type CellGrid, cellGrid, errorsInPlace, type FrameSize } from './errorPlaces.js';
export { type Change, type DetectorSettings, EventDetector, type Stretch } from './eventDetector.js';
export {
  EVENT_WORDS,
  type Happening,
  Happenings,
  type Instant,
  type Place,
  type SurpriseEvent,
} from './happenings.js';
export { defaultSurprise, type SurpriseSettings, surpriseSettings } from './settings.js';
export { SlidingMedian } from './slidingMedian.js';
export { type EventKind, type Measured, type MeterChange, SurpriseMeter } from './surpriseMeter.js';
export { Timeline, type TimelineBin } from './timeline.js';
export { type Deviation, UsualError } from './usualError.js';
export { UsualPlaces } from './usualPlaces.js';
