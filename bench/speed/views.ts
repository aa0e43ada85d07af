import { Random } from '../../src/common/random.js';
import { required } from '../../src/common/required.js';
import type { Engine } from '../../src/engine/engine.js';
import type { Feed, InputSpec, Named } from '../../src/tensorflow/spec/program.js';
import type { Samples, View } from '../../src/views/index.js';
import * as views from '../../src/views/index.js';
import { median } from './median.js';

const STEPS = 7;
/** Each view is taken until so many seconds have gone, at least five times. */
const SECONDS = 0.5;

export interface ViewRow {
  readonly view: string;
  /** Milliseconds for all views of a batch, median. */
  readonly milliseconds: number;
  /** Milliseconds of processor time for it, median: other work on the machine does not count. */
  readonly processor: number;
  readonly viewsPerSecond: number;
  /** `processor` ÷ that of the training step, all its threads together. */
  readonly ofStep: number;
}

export interface ViewsBench {
  readonly samples: string;
  /** Of a training step on a batch of as many samples, median. */
  readonly stepMilliseconds: number;
  readonly stepProcessor: number;
  readonly rows: readonly ViewRow[];
}

/** Prepares one batch: how many views that is. */
type Preparation = (samples: Samples, random: Random) => number;

/**
 * Views per second, beside the training step of a pipeline on a batch of the same size.
 * @param engine opened for training on batches like `shape`; one entry `train`
 */
export async function benchViews(
  engine: Engine,
  shape: Omit<Samples, 'data'>,
  kind: 'images' | 'clips',
): Promise<ViewsBench> {
  const { count, frames, height, width, channels } = shape;
  const samples = { ...shape, data: bytes(count * frames * height * width * channels) };
  const step = await timeOfStep(engine);
  const rows = Object.entries(kind === 'images' ? ofImages() : ofClips(frames)).map(([view, prepare]) => {
    const { milliseconds, processor, taken } = timeOf(prepare, samples);
    const viewsPerSecond = (1000 * taken) / milliseconds;
    return { view, milliseconds, processor, viewsPerSecond, ofStep: processor / step.processor };
  });
  const size = `${height}×${width}×${channels}`;
  return {
    samples: `${count} ${kind} of ${frames > 1 ? `${frames} × ` : ''}${size}`,
    stepMilliseconds: step.milliseconds,
    stepProcessor: step.processor,
    rows,
  };
}

/** Of one batch after the other, without the first, which compiles. */
class Times {
  readonly #wall: number[] = [];
  readonly #processor: number[] = [];

  /** Goes on until it is called. */
  start(): () => void {
    const [wall, { user, system }] = [performance.now(), process.cpuUsage()];
    return () => {
      const now = process.cpuUsage();
      this.#processor.push((now.user - user + now.system - system) / 1000);
      this.#wall.push(performance.now() - wall);
    };
  }

  get medians(): { milliseconds: number; processor: number } {
    return { milliseconds: median(this.#wall.slice(1)), processor: median(this.#processor.slice(1)) };
  }
}

async function timeOfStep(engine: Engine): Promise<{ milliseconds: number; processor: number }> {
  const feeds = feedsOf(engine);
  const times = new Times();
  for (let step = 0; step <= STEPS; step++) {
    const stop = times.start();
    await engine.run('train', feeds);
    stop();
  }
  return times.medians;
}

/** Scalars are 0: nothing is learned from the same batch over and over. */
function feedsOf(engine: Engine): Named<Feed> {
  const feed = ({ shape, dtype }: InputSpec): Feed => {
    if (shape.length === 0) return 0;
    const size = shape.reduce((product, side) => product * side, 1);
    if (dtype === 'uint8') return bytes(size);
    return dtype === 'int32' ? new Int32Array(size) : new Float32Array(size);
  };
  return Object.fromEntries(
    Object.entries(required(engine.inputs, 'train')).map(([name, spec]) => [name, feed(spec)]),
  );
}

function timeOf(prepare: Preparation, samples: Samples) {
  const times = new Times();
  let taken = 0;
  const end = performance.now() + 1000 * SECONDS;
  for (let step = 0; step < 6 || performance.now() < end; step++) {
    const stop = times.start();
    taken = prepare(samples, Random.for(1, `bench/${step}`));
    stop();
  }
  return { ...times.medians, taken };
}

/** One view of each sample, into a buffer that is used again. */
function one(view: View): Preparation {
  let buffer: Uint8Array | undefined;
  return (samples, random) => {
    buffer = views.see(view, samples, random, buffer).samples.data;
    return samples.count;
  };
}

function two(view: View): Preparation {
  const twice = views.several(2, view);
  let buffer: Uint8Array | undefined;
  return (samples, random) => {
    buffer ??= new Uint8Array(2 * samples.data.length);
    twice(samples, random, buffer);
    return 2 * samples.count;
  };
}

/** As contrastive learning has it (SimCLR, arXiv 2002.05709). */
const contrastive = views.augmentationViews.parse({ crop: {}, flip: true, colour: {}, grey: 0.2 });
const moved = views.augmentationViews.parse({ translate: 2, flip: true });

function anySamples(): Record<string, Preparation> {
  return {
    shift: one(views.shift(2)),
    flip: one(views.flip()),
    'crop and resize': one(views.cropResize()),
    'rotate by 90°': one(views.rotate90()),
    'colour jitter': one(views.colourJitter({ brightness: 0.4, contrast: 0.4, saturation: 0.4, hue: 0.1 })),
    noise: one(views.noise(10)),
    cutout: one(views.cutout(8)),
    'hidden blocks': one(views.hideBlocks()),
    'hidden region': one(views.hideRegion()),
    patches: one(views.patches({ grid: 3, gap: 1, jitter: 1 })),
    normalised: one(views.normalised()),
    'shift, flip (translate: 2, flip: true)': one(views.viewOf(moved)),
    'two views: crop, flip, colours, grey': two(views.viewOf(contrastive)),
  };
}

function ofImages(): Record<string, Preparation> {
  const patches = views.patches({ grid: 3, gap: 1, jitter: 1 });
  const puzzle = [views.perFrame(views.oneColour()), views.normalised()] as const;
  const orders = views.distantOrders(9, 100, 1);
  const turns = { buffer: new Uint8Array() };
  return {
    ...anySamples(),
    grey: one(views.grey()),
    'to L, a, b': one(views.toLab()),
    'all four turns': (samples) => {
      if (turns.buffer.length === 0) turns.buffer = new Uint8Array(4 * samples.data.length);
      return views.allTurns(samples, turns.buffer).samples.count;
    },
    'context: centre and neighbour': one(
      views.compose(patches, views.order(views.neighbours()), views.perFrame(views.oneColour())),
    ),
    'jigsaw of nine': one(views.compose(patches, ...puzzle, views.order(orders))),
    'mixup weights': (samples, random) => views.drawMixes(samples.count, 0.75, random).weight.length,
  };
}

function ofClips(frames: number): Record<string, Preparation> {
  return {
    ...anySamples(),
    'order reversed or not': one(views.order(views.reversal(frames))),
    'every second frame': one(views.stride(5, [1, 2])),
    'noise by frame': one(views.perFrame(views.noise(10))),
  };
}

function bytes(length: number): Uint8Array {
  return Uint8Array.from({ length }, (_, i) => Math.imul(i, 2654435761) >>> 24);
}
