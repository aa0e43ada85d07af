import { ForeframeError } from '../../common/errors.js';
import { Course } from '../watching/course.js';
import type { Learned, LiveSession, Seen } from '../watching/messages.js';
import { NextSecond, type TimedFrame } from '../watching/nextSecond.js';
import { Recent } from '../watching/recent.js';
import { MOST_WAITING, SamplingRate } from '../watching/samplingRate.js';
import type { VideoFrames } from './frames.js';
import { openNetwork } from './network.js';
import type { Heard, NetworkLink } from './networkLink.js';

/** Seconds of the course of surprise that are shown. */
const SHOWN_SECONDS = 120;
/** Frames that are kept to compare with what was expected to come: more than a second has. */
const KEPT_FRAMES = 64;
/** Share of an older latency in the one that is shown. */
const OLDER = 0.9;
/** Events that are kept; their marks leave the course earlier. */
const KEPT_EVENTS = 100;

export interface SurpriseEvent {
  /** Seconds since the page began. */
  readonly time: number;
  readonly score: number;
}

interface Taken {
  readonly frame: Uint8Array;
  /** When it was taken from the video, and when the camera took it. */
  readonly taken: number;
  readonly captured: number;
}

export interface WatchHearers {
  /** Hears that the network is there. */
  readonly onOpened: () => void;
  /** Gets each frame with what was expected of it, when it was watched. */
  readonly onSeen: (frame: Uint8Array, seen: Seen) => void;
  /** Gets what ended it, a fault, and what else a person should know. */
  readonly say: (message: string, fault: boolean) => void;
}

/** A network from its first weights until it is begun anew: frames go in, and what it saw and learned is kept here. */
export class Watch {
  readonly surprise = new Recent(2, SHOWN_SECONDS);
  readonly learning = new Course(2);
  readonly events: SurpriseEvent[] = [];
  readonly sampling: SamplingRate;
  frames = 0;
  dropped = 0;
  steps = 0;
  /** Seconds that steps have taken. */
  seconds = 0;
  /** Milliseconds from the camera until the surprise about a frame, and the next prediction, were there. */
  latency = Number.NaN;
  /** What was expected of a second, where that was asked for last. */
  second: NextSecond | undefined;
  device: string | undefined;
  readonly #thread: NetworkLink;
  readonly #frames: VideoFrames;
  /** Those that wait for an answer, by number, and when they were taken. */
  readonly #waiting = new Map<number, Taken>();
  #recent: TimedFrame[] = [];
  readonly #began = performance.now();
  #number = 0;
  #due = 0;
  #closed = false;
  #learns = false;

  constructor(
    session: LiveSession,
    weights: Uint8Array | undefined,
    frames: VideoFrames,
    { onOpened, onSeen, say }: WatchHearers,
  ) {
    this.sampling = new SamplingRate(session.rate);
    this.#frames = frames;
    this.#thread = openNetwork(session, weights, (message) => {
      if (this.#closed) return;
      if (message.kind === 'failed') {
        this.close();
        say(message.message, true);
      } else if (message.kind === 'note') say(message.message, false);
      else if (message.kind === 'opened') {
        this.device = message.device;
        onOpened();
      } else this.#hear(message, onSeen);
    });
  }

  /** Take the image that the video shows now, if one is due; drop it where too many wait. */
  take(captured: number): void {
    const now = performance.now();
    if (this.#closed || this.device === undefined || now < this.#due) return;
    const interval = 1000 / this.sampling.rate;
    // A camera's images come at their own times: the next is due from where this one was, unless that is long ago.
    this.#due = Math.max(this.#due + interval, now + interval / 2);
    if (this.#waiting.size >= MOST_WAITING) {
      this.dropped++;
      return;
    }
    const frame = this.#frames.grab();
    if (!frame) return;
    const number = this.#number++;
    this.#waiting.set(number, { frame, taken: now, captured });
    this.#thread.post({ kind: 'frame', number, frame });
  }

  /** Learn at this rate from now on; 0: only watch. */
  learn(learningRate: number): void {
    this.#learns = learningRate > 0;
    if (!this.#learns) this.sampling.learned(0);
    this.#thread.post({ kind: 'learn', learningRate });
  }

  /** Ask what it expects of the next second. @throws ForeframeError when it has ended, or has seen nothing */
  askSecond(): void {
    if (this.#closed) throw new ForeframeError('this network has ended: begin anew');
    if (this.#recent.length === 0)
      throw new ForeframeError('nothing was seen yet: the network expects what follows a frame');
    this.#thread.post({ kind: 'rollout', frames: Math.max(1, Math.round(this.sampling.rate)) });
  }

  /** What comes next is of another source. */
  cut(): void {
    this.#recent = [];
    this.second?.end();
    this.#thread.post({ kind: 'cut' });
  }

  /** Weights and the optimizer's state of now. @throws ForeframeError when it has ended */
  async save() {
    if (this.#closed)
      throw new ForeframeError('this network has ended, and there is nothing to save: begin anew');
    return this.#thread.save();
  }

  close(): void {
    this.#closed = true;
    this.#thread.close();
  }

  get closed(): boolean {
    return this.#closed;
  }

  #hear(
    message: Exclude<Heard, { kind: 'failed' | 'note' | 'opened' }>,
    onSeen: WatchHearers['onSeen'],
  ): void {
    if (message.kind === 'learned') this.#learned(message.learned);
    else if (message.kind === 'rollout') this.#expected(message.after, message.frames);
    else {
      const { seen, dropped = 0 } = message;
      const sent = this.#waiting.get(seen.number);
      this.#waiting.delete(seen.number);
      this.dropped += dropped;
      // What a server watches itself comes with it.
      const frame = sent?.frame ?? message.frame!;
      const now = performance.now();
      if (sent) this.latency = smoothed(this.latency, now - sent.captured);
      const time = ((sent?.taken ?? now) - this.#began) / 1000;
      this.#seen(seen, time);
      this.#follow({ number: seen.number, frame, time });
      onSeen(frame, seen);
    }
  }

  #follow(frame: TimedFrame): void {
    this.#recent.push(frame);
    if (this.#recent.length > KEPT_FRAMES) this.#recent.shift();
    this.second?.take(frame);
  }

  #expected(after: number, frames: readonly Float32Array[]): void {
    const from = this.#recent.find(({ number }) => number === after);
    // Another source has begun since.
    if (!from) return;
    const second = new NextSecond(from, frames, this.sampling.rate);
    for (const frame of this.#recent) second.take(frame);
    this.second = second;
  }

  #seen({ milliseconds, expected, error, copyLast, began, score }: Seen, time: number): void {
    this.frames++;
    this.sampling.watched(milliseconds, this.#waiting.size);
    if (!expected) return;
    this.surprise.add(time, [error, copyLast]);
    if (!began) return;
    this.events.push({ time, score });
    if (this.events.length > KEPT_EVENTS) this.events.shift();
  }

  #learned({ steps, loss, copyLast, milliseconds }: Learned): void {
    this.steps = steps;
    this.seconds += milliseconds / 1000;
    // The last step may end after learning was switched off.
    if (this.#learns) this.sampling.learned(milliseconds);
    this.learning.add(steps, [loss, copyLast]);
  }
}

function smoothed(before: number, value: number): number {
  return Number.isNaN(before) ? value : OLDER * before + (1 - OLDER) * value;
}
