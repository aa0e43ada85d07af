import { type FrameValues, fromBytes } from '../engine/predictor.js';
import type { Batch } from '../stream/index.js';

/** `[batch, time, …]` bytes as one `[batch, …]` array in [0, 1] per time. */
export function framesByTime({ data, shape: [clipCount, time, ...frame] }: Batch): FrameValues[] {
  const size = frame.reduce((a, b) => a * b, 1);
  return Array.from({ length: time }, (_, t) => {
    const bytes = new Uint8Array(clipCount * size);
    for (let clip = 0; clip < clipCount; clip++) {
      const from = (clip * time + t) * size;
      bytes.set(data.subarray(from, from + size), clip * size);
    }
    return fromBytes(bytes);
  });
}
