import { ForeframeError } from '../common/errors.js';

/** The video is whole, but has no image in the requested stretch. */
export class EmptyStretchError extends ForeframeError {}
