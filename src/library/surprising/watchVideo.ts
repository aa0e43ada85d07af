import { frameShapeOf } from '../../data/frameShape.js';
import { frameOptions } from '../../data/videoSource.js';
import { fromBytes } from '../../engine/predictor.js';
import {
  type Happening,
  Happenings,
  type Measured,
  SurpriseMeter,
  type SurpriseSettings,
} from '../../surprise/index.js';
import { type Frame, reopenedFrames, type VideoSource } from '../../video/index.js';
import { skipsTo } from '../sources/skipNote.js';
import type { Watching } from '../watching.js';
import { Arrivals } from './arrivals.js';
import type { WatchingModel } from './watchingModel.js';

/** Frames of a source that wait, at most: two seconds at 25 a second. Then the source waits. */
const MOST_WAITING = 50;

/** A frame beside what was expected of it. */
export interface SeenFrame {
  readonly kind: 'frame';
  readonly frame: Frame;
  /** What was expected, in [0, 1], and how it compares; nothing is expected of the first frame. */
  readonly expected?: Float32Array;
  readonly measured?: Measured;
  readonly happenings: readonly Happening[];
  /** Milliseconds from the frame's coming to this answer. */
  readonly latency: number;
  /** It came while another was worked on. */
  readonly waited: boolean;
}

/** The video is over: what that ended. */
export interface SourceEnd {
  readonly kind: 'end';
  readonly source: string;
  readonly frames: number;
  readonly happenings: readonly Happening[];
}

export interface WatchVideoOptions extends Pick<Watching, 'signal' | 'onNote'> {
  readonly settings: SurpriseSettings;
  /** Steps of learning for each frame. */
  readonly learn: number;
}

/**
 * Watch a video frame by frame. An input that is live is learned from only while no frame waits: frames come first.
 * @throws what reading throws, after `end`; InterruptedError when `signal` was aborted
 */
export async function* watchVideo(
  source: VideoSource,
  model: WatchingModel,
  { settings, learn, signal, onNote }: WatchVideoOptions,
): AsyncGenerator<SeenFrame | SourceEnd, void, undefined> {
  const { data } = model.config;
  const size = frameShapeOf(data);
  const meter = new SurpriseMeter(size, settings);
  const happenings = new Happenings(size, meter.grid, settings.gap + settings.stillFrames);
  const predictor = model.stream();
  const options = { ...frameOptions(data), onSkip: skipsTo(onNote), onWait: onNote, signal };
  const arrivals = new Arrivals(reopenedFrames(source, options), MOST_WAITING);
  const live = source.kind === 'input';
  let expected: Float32Array | undefined;
  let frames = 0;
  let failure: { readonly error: unknown } | undefined;
  try {
    for await (const { frame, arrived, waited } of arrivals) {
      const measured = expected && meter.measure(frame.data, expected);
      const instant = { frame: frame.index, time: frame.time };
      const heard = measured ? happenings.take(measured, instant) : [];
      const latency = performance.now() - arrived;
      frames++;
      yield { kind: 'frame', frame, expected, measured, happenings: heard, latency, waited };
      expected = await predictor.watch(fromBytes(frame.data));
      model.learner?.see(frame.source, frame.data);
      for (let step = 0; step < learn && !(live && arrivals.waiting > 0); step++) await model.learner?.step();
    }
  } catch (error) {
    failure = { error };
  }
  model.learner?.forget(source.name);
  yield { kind: 'end', source: source.name, frames, happenings: happenings.end(meter.end()) };
  if (failure) throw failure.error;
}
