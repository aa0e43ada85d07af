import { MEMORY } from '../../engine/encodeProgram.js';
import type { Engine } from '../../engine/engine.js';
import { EXPECTED, SQUARED_ERROR } from '../../engine/followProgram.js';
import type { HostArray, Named } from '../../tensorflow/spec/program.js';
import { PIXELS } from '../encodeEngine.js';
import { sizeOf } from '../encoder.js';
import type { LatentBatch, LayerRows } from '../extractRows.js';
import type { FollowColumns, FollowedFrame } from './followRows.js';
import type { MarkedFrame } from './marks.js';
import type { VideoColumns } from './videoStretch.js';

export interface FollowerSizes {
  /** Frames that are watched at once. */
  readonly frames: number;
  readonly frameBytes: number;
  readonly shapes: Readonly<Record<string, readonly number[]>>;
}

/** Some frames that are watched at once. */
interface Stretch {
  readonly frames: readonly MarkedFrame[];
  readonly bytes: Uint8Array;
}

/** One video: what it is called among the rows. */
export interface Followed {
  readonly known?: VideoColumns;
  /** Each memory that is begun is another clip. */
  readonly clipOf: () => number;
}

/** Follows videos, one after the other: frames to rows, in stretches whose memory goes on from one to the next. */
export class Follower {
  readonly #slots: readonly Uint8Array[];
  readonly #empty: Named<Float32Array>;
  #filled = 0;

  constructor(
    /** Missing where only pixels are asked for. */
    readonly engine: Engine | undefined,
    readonly columns: FollowColumns,
    readonly sizes: FollowerSizes,
  ) {
    const bytes = sizes.frames * sizes.frameBytes;
    // Shared with the training thread; one is filled while it watches the other.
    this.#slots = [0, 1].map(() => new Uint8Array(new SharedArrayBuffer(bytes)));
    const carried = Object.entries(engine?.inputs.follow ?? {}).filter(([name]) => name !== 'clips');
    this.#empty = Object.fromEntries(
      carried.map(([name, { shape }]) => [name, new Float32Array(sizeOf(shape))]),
    );
  }

  /** Rows of one video. The next frames are decoded while the training thread watches those before. */
  async *follow(
    frames: AsyncIterable<MarkedFrame>,
    video: Followed,
  ): AsyncGenerator<LatentBatch, void, undefined> {
    const tally = new ErrorTally();
    let memory: Named<HostArray['data']> = this.#empty;
    let clip = 0;
    let running: { readonly stretch: Stretch; readonly answers: Promise<Named<HostArray>> } | undefined;
    const rowsOf = (stretch: Stretch, answers: Named<HostArray>) => {
      if (stretch.frames[0]!.restart) {
        clip = video.clipOf();
        tally.begin();
      }
      return this.#rows(stretch, answers, tally, { ...video, clip });
    };
    try {
      for await (const stretch of this.#stretches(frames)) {
        const done = running && { stretch: running.stretch, answers: await running.answers };
        if (done) memory = carriedOf(done.answers);
        const answers = this.#watch(stretch.bytes, stretch.frames[0]!.restart ? this.#empty : memory);
        // Errors are met where the answers are awaited.
        answers.catch(() => {});
        running = { stretch, answers };
        const rows = done && rowsOf(done.stretch, done.answers);
        if (rows && rows.rows > 0) yield rows;
      }
      if (!running) return;
      const rows = rowsOf(running.stretch, await running.answers);
      if (rows.rows > 0) yield rows;
    } finally {
      // Its slot may be filled again.
      await running?.answers.catch(() => {});
    }
  }

  #watch(clips: Uint8Array, memory: Named<HostArray['data']>): Promise<Named<HostArray>> {
    return this.engine ? this.engine.run('follow', { clips, ...memory }) : Promise.resolve({});
  }

  /** As many frames as are watched at once; fewer at the end of a memory, where the rest of the slot is left as it was. */
  async *#stretches(frames: AsyncIterable<MarkedFrame>): AsyncGenerator<Stretch, void, undefined> {
    const { frames: most, frameBytes } = this.sizes;
    let part: MarkedFrame[] = [];
    let bytes = this.#slots[this.#filled++ % 2]!;
    for await (const marked of frames) {
      if (part.length === most || (part.length > 0 && marked.restart)) {
        yield { frames: part, bytes };
        part = [];
        bytes = this.#slots[this.#filled++ % 2]!;
      }
      bytes.set(marked.frame.data, part.length * frameBytes);
      part.push(marked);
    }
    if (part.length > 0) yield { frames: part, bytes };
  }

  #rows(
    { frames, bytes }: Stretch,
    answers: Named<HostArray>,
    tally: ErrorTally,
    { known, clip }: { readonly known?: VideoColumns; readonly clip: number },
  ): LatentBatch {
    const errors = answers[SQUARED_ERROR]?.data;
    const rows: FollowedFrame[] = [];
    const places: number[] = [];
    frames.forEach(({ frame, row }, place) => {
      const error = tally.add(errors?.[place]);
      if (!row) return;
      rows.push({ frame, clip, error, meanError: tally.take() });
      places.push(place);
    });
    const layers = Object.entries(this.sizes.shapes).map(([name, shape]): [string, LayerRows] => {
      const columns = sizeOf(shape);
      const data = new Float32Array(places.length * columns);
      places.forEach((place, row) => {
        if (name === PIXELS)
          scaled(bytes.subarray(place * columns, (place + 1) * columns), data, row * columns);
        else
          data.set(
            (answers[name]!.data as Float32Array).subarray(place * columns, (place + 1) * columns),
            row * columns,
          );
      });
      return [name, { rows: places.length, columns, data }];
    });
    return {
      rows: rows.length,
      columns: this.columns.of(rows, known),
      optional: this.columns.optional,
      layers: Object.fromEntries(layers),
    };
  }
}

/** Memory and the frame that is expected next. */
function carriedOf(answers: Named<HostArray>): Named<HostArray['data']> {
  const carried = Object.entries(answers).filter(([name]) => name.startsWith(MEMORY) || name === EXPECTED);
  return Object.fromEntries(carried.map(([name, { data }]) => [name, data]));
}

function scaled(bytes: Uint8Array, into: Float32Array, at: number): void {
  for (let i = 0; i < bytes.length; i++) into[at + i] = bytes[i]! / 255;
}

/** Errors since the row before; nothing was expected of the first frame of a memory. */
class ErrorTally {
  #first = true;
  #sum = 0;
  #count = 0;

  begin(): void {
    this.#first = true;
    this.#sum = 0;
    this.#count = 0;
  }

  add(error: number | undefined): number {
    const known = error === undefined || this.#first ? Number.NaN : error;
    this.#first = false;
    if (Number.isNaN(known)) return known;
    this.#sum += known;
    this.#count++;
    return known;
  }

  /** Their mean, NaN where there are none. */
  take(): number {
    const mean = this.#sum / this.#count;
    this.#sum = 0;
    this.#count = 0;
    return mean;
  }
}
