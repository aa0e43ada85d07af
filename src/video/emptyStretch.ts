import { ForeframeError } from '../common/errors.js';

/** Nothing is wrong with a video, but it has no picture in the stretch that was asked for. */
export class EmptyStretchError extends ForeframeError {}
