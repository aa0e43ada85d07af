import { tap } from 'rxjs';
import { Random } from '../common/random.js';
import type { DataConfig } from '../config/config.js';
import type { FrameSource, Split } from '../stream/frameSource.js';
import {
  type Batch,
  BufferRing,
  batch,
  type Clip,
  clips,
  Demand,
  fromPull,
  pull,
  shuffle,
} from '../stream/index.js';
import { holding } from './heldMemory.js';

/** One pass over the training split, in an order that `seed` and `epoch` decide alone. */
export function trainingBatches(
  source: FrameSource,
  data: DataConfig,
  size: number,
  seed: number,
  epoch: number,
): AsyncGenerator<Batch, void, undefined> {
  const demand = new Demand();
  const order = Random.for(seed, `shuffle of epoch ${epoch}`).uint32();
  const batches = fromPull((signal) => source.open('train', signal), demand).pipe(
    clips({ length: data.steps + 1, stride: data.stride }),
    guarded(data.shuffle),
    shuffle({ size: data.shuffle, seed: order, demand }),
    batch(size, { storage: sharedStorage(data.prefetch) }),
  );
  return pull(batches, demand, { prefetch: data.prefetch });
}

/** One pass over a held-out split, in the order of the video; the last batch is filled up. */
export function heldOutBatches(
  source: FrameSource,
  split: Split,
  data: Pick<DataConfig, 'steps' | 'prefetch'>,
  size: number,
): AsyncGenerator<Batch, void, undefined> {
  const demand = new Demand();
  const batches = fromPull((signal) => source.open(split, signal), demand).pipe(
    clips({ length: data.steps + 1 }),
    batch(size, { last: 'pad', storage: sharedStorage(data.prefetch) }),
  );
  return pull(batches, demand, { prefetch: data.prefetch });
}

/** Shared memory for as many batches as are outstanding, made when the size of the first is known. */
function sharedStorage(prefetch: number): (bytes: number) => Uint8Array {
  let ring: BufferRing | undefined;
  return (bytes) => {
    ring ??= new BufferRing(prefetch, bytes, holding('data.prefetch'));
    return ring.take();
  };
}

/** Looks at the memory that is left while a shuffle of `size` clips fills. */
function guarded(size: number) {
  const hold = holding('data.shuffle');
  let held = 0;
  return tap<Clip>(({ data }) => {
    if (held++ < size) hold(data.length);
  });
}
