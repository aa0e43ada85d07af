import { frameShapeOf } from '../data/frameShape.js';
import { MEMORY } from '../engine/encodeProgram.js';
import type { Engine } from '../engine/engine.js';
import { type Stretch, stretchesOf } from '../engine/stretches.js';
import type { HostArray, Named } from '../tensorflow/spec/program.js';
import { PIXELS } from './encodeEngine.js';
import type { KnownClip } from './extractClips.js';
import { columnsOf, type LatentBatch, type LayerRows, optionalOf } from './extractRows.js';
import type { WatchedConfig } from './watchedRun.js';

/** Bytes of activations that are kept at once, at most, unless one stretch of one clip has more. */
export const BATCH_BYTES = 16 * 2 ** 20;

/** Clips to rows, through TensorFlow or, for pixels, without. */
export class Encoder {
  readonly #stretches: readonly Stretch[];
  readonly #slots: readonly Uint8Array[];
  readonly #frameBytes: number;
  #next = 0;

  constructor(
    config: WatchedConfig,
    readonly engine: Engine | undefined,
    readonly what: {
      readonly batch: number;
      readonly times: readonly number[];
      readonly shapes: Readonly<Record<string, readonly number[]>>;
      readonly split: string;
      /** As the engine was opened with. */
      readonly longest?: number;
    },
  ) {
    const { height, width, channels } = frameShapeOf(config.data);
    this.#frameBytes = height * width * channels;
    this.#stretches = stretchesOf(what.times, what.longest);
    const frames = Math.max(...this.#stretches.map(({ kind }) => kind.frames));
    const bytes = what.batch * frames * this.#frameBytes;
    // Shared with the training thread; one is filled while it watches the other.
    this.#slots = [0, 1].map(() => new Uint8Array(new SharedArrayBuffer(bytes)));
  }

  /**
   * The rows of some clips, at once where that is little, else, of a single clip, as far as each stretch goes.
   * Two of these may be at work at a time.
   */
  async *encode(clips: readonly KnownClip[]): AsyncGenerator<LatentBatch, void, undefined> {
    const slot = this.#slots[this.#next++ % 2]!;
    const { shapes, times } = this.what;
    const perTime = Object.values(shapes).reduce((sum, shape) => sum + 4 * sizeOf(shape), 0);
    const alone = clips.length === 1 && perTime * times.length > BATCH_BYTES;
    if (alone || this.#stretches.length === 1) {
      for await (const [stretch, answers] of this.#answers(clips, slot))
        if (stretch.wanted.length > 0) yield this.#rows(clips, [{ stretch, answers }]);
      return;
    }
    const parts: Watched[] = [];
    // The engine may use its memory again.
    for await (const [stretch, answers] of this.#answers(clips, slot))
      if (stretch.wanted.length > 0) parts.push({ stretch, answers: copied(answers) });
    yield this.#rows(clips, parts);
  }

  async *#answers(
    clips: readonly KnownClip[],
    slot: Uint8Array,
  ): AsyncGenerator<[Stretch, Named<HostArray>], void, undefined> {
    let memory: Named<HostArray['data']> = {};
    for (const stretch of this.#stretches) {
      const { entry, frames, first } = stretch.kind;
      // Neither where pixels alone are asked for, nor where a model without memory passes frames over.
      if (!this.engine || !(entry in this.engine.inputs)) {
        yield [stretch, {}];
        continue;
      }
      const bytes = frames * this.#frameBytes;
      clips.forEach(({ data }, i) => {
        const from = stretch.start * this.#frameBytes;
        slot.set(data.subarray(from, from + bytes), i * bytes);
      });
      const all = await this.engine.run(entry, {
        clips: slot.subarray(0, this.what.batch * bytes),
        ...(first ? {} : memory),
      });
      const remembered = Object.entries(all).filter(([name]) => name.startsWith(MEMORY));
      memory = Object.fromEntries(remembered.map(([name, { data }]) => [name, data.slice()]));
      yield [stretch, all];
    }
  }

  /** Rows clip by clip and time by time, of stretches that follow one another. */
  #rows(clips: readonly KnownClip[], parts: readonly Watched[]): LatentBatch {
    const { shapes, split } = this.what;
    const times = parts.flatMap(({ stretch }) => timesOf(stretch));
    const rows = clips.length * times.length;
    const layers = Object.entries(shapes).map(([name, shape]): [string, LayerRows] => {
      const columns = sizeOf(shape);
      if (name === PIXELS) return [name, { rows, columns, data: this.#pixels(clips, times) }];
      return [name, { rows, columns, data: gathered(name, columns, clips.length, parts) }];
    });
    return {
      rows,
      columns: columnsOf(clips, split, times),
      optional: optionalOf(clips),
      layers: Object.fromEntries(layers),
    };
  }

  #pixels(clips: readonly KnownClip[], times: readonly number[]): Float32Array {
    const size = this.#frameBytes;
    const values = new Float32Array(clips.length * times.length * size);
    clips.forEach(({ data }, i) => {
      times.forEach((time, j) => {
        const at = (i * times.length + j) * size;
        for (let p = 0; p < size; p++) values[at + p] = data[(time - 1) * size + p]! / 255;
      });
    });
    return values;
  }
}

/** What a model gave of a stretch. */
interface Watched {
  readonly stretch: Stretch;
  readonly answers: Named<HostArray>;
}

function copied(answers: Named<HostArray>): Named<HostArray> {
  const own = Object.entries(answers).filter(([name]) => !name.startsWith(MEMORY));
  return Object.fromEntries(own.map(([name, { shape, data }]) => [name, { shape, data: data.slice() }]));
}

/** Times in the clip. */
function timesOf({ kind, start, wanted }: Stretch): number[] {
  return wanted.map((place) => start + kind.times[place]!);
}

function gathered(name: string, columns: number, clips: number, parts: readonly Watched[]): Float32Array {
  const [first] = parts;
  const all = parts.length === 1 && first!.stretch.wanted.length === first!.stretch.kind.times.length;
  const rows = clips * parts.reduce((sum, { stretch }) => sum + stretch.wanted.length, 0);
  // The rest of a last batch that is not full was left over from the one before.
  if (all) return (first!.answers[name]!.data as Float32Array).subarray(0, rows * columns);
  const into = new Float32Array(rows * columns);
  let at = 0;
  for (let clip = 0; clip < clips; clip++)
    for (const { stretch, answers } of parts) {
      const data = answers[name]!.data as Float32Array;
      for (const place of stretch.wanted) {
        const from = (clip * stretch.kind.times.length + place) * columns;
        into.set(data.subarray(from, from + columns), at);
        at += columns;
      }
    }
  return into;
}

/** Numbers in an array of that shape. */
export function sizeOf(shape: readonly number[]): number {
  return shape.reduce((product, size) => product * size, 1);
}
