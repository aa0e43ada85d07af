export { type Batch, type BatchOptions, batch } from './batch.js';
export { BufferRing } from './bufferRing.js';
export { type Clip, type ClipOptions, clips } from './clips.js';
export { Demand } from './demand.js';
export { fromPull, type Pullable } from './fromPull.js';
export { mapAsync } from './mapAsync.js';
export { pull } from './pull.js';
export { type ShuffleOptions, shuffle } from './shuffle.js';
