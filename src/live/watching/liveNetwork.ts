import { OnlineLearner } from '../../engine/online/onlineLearner.js';
import { StreamMemory } from '../../engine/online/streamMemory.js';
import { defaultSurprise } from '../../surprise/settings.js';
import { SurpriseMeter } from '../../surprise/surpriseMeter.js';
import type { HostArray, Named } from '../../tensorflow/spec/program.js';
import { engineHere, type LiveEngine } from './liveEngine.js';
import type { Learned, LiveSettings, Seen } from './messages.js';
import { Rollout } from './rollout.js';
import { squaredDifference } from './squaredDifference.js';

const SOURCE = 'live';

/** A network that watches a stream of frames, says what surprised it, and learns from what it saw. Its memory does not grow. */
export class LiveNetwork {
  readonly #settings: LiveSettings;
  readonly #engine: LiveEngine;
  readonly #memory: StreamMemory;
  readonly #learner: OnlineLearner;
  readonly #meter: SurpriseMeter;
  #expected: Float32Array | undefined;
  #last: Uint8Array | undefined;
  #lastNumber = -1;

  /** @param engine with the program of these settings @throws UsageError when the frames are too small for the model */
  constructor(settings: LiveSettings, engine: LiveEngine = engineHere(settings)) {
    this.#settings = settings;
    this.#engine = engine;
    this.#memory = new StreamMemory(engine);
    this.#learner = new OnlineLearner(engine, {
      length: settings.steps + 1,
      seed: settings.seed,
      rates: { learningRate: settings.learningRate },
      advice: 'reset, and learn at a lower learning rate',
    });
    this.#meter = new SurpriseMeter(settings.frame, defaultSurprise);
  }

  /** Steps of learning so far. */
  get steps(): number {
    return this.#learner.steps;
  }

  /** Compare a frame with what was expected of it, then expect the next. @param frame uint8 `[height, width, channels]` */
  async watch(number: number, frame: Uint8Array): Promise<Seen> {
    const start = performance.now();
    const [expected, last] = [this.#expected, this.#last];
    const measured = expected && this.#meter.measure(frame, expected);
    this.#expected = await this.#memory.advance(Float32Array.from(frame, (value) => value / 255));
    this.#last = frame;
    this.#lastNumber = number;
    this.#learner.see(SOURCE, frame);
    return {
      number,
      ...(expected && { expected }),
      error: measured?.error ?? 0,
      copyLast: last ? squaredDifference(frame, last) : 0,
      score: measured?.score ?? 0,
      // While it learns the error falls, which is less than usual and no event.
      began: measured?.changes.some(({ of, kind }) => of === 'more' && kind === 'began') ?? false,
      milliseconds: performance.now() - start,
    };
  }

  /** One step on a clip of what was seen, where there is one yet. @throws ForeframeError when the loss is no number */
  async learn(learningRate: number): Promise<Learned | undefined> {
    const start = performance.now();
    const learned = await this.#learner.step({ learningRate });
    if (!learned) return undefined;
    const copyLast = this.#copyLast(learned.clip);
    return {
      steps: this.steps,
      loss: learned.loss,
      copyLast,
      milliseconds: performance.now() - start,
    };
  }

  /** Begin to go on from the frame that was seen last, with a memory apart. */
  rollout(frames: number): Rollout {
    return new Rollout(this.#memory.fork(), {
      after: this.#lastNumber,
      first: this.#expected,
      count: frames,
    });
  }

  /** What comes next does not follow what was seen. */
  cut(): void {
    this.#memory.clear();
    this.#learner.forget(SOURCE);
    this.#expected = undefined;
    this.#last = undefined;
  }

  /** Weights and the optimizer's state. */
  state(): Promise<Named<HostArray>> {
    return this.#engine.state();
  }

  /** @throws ForeframeError when the state is that of another model */
  restore(state: Named<HostArray>): Promise<void> {
    return this.#engine.restore(state);
  }

  dispose(): Promise<void> {
    return this.#engine.dispose();
  }

  /** The loss of copying each frame of a clip, over those predictions that the network's loss counts. */
  #copyLast(clip: Uint8Array): number {
    const { steps, step } = this.#settings;
    const size = clip.length / (steps + 1);
    const frames = Array.from({ length: steps + 1 }, (_, at) => clip.subarray(at * size, (at + 1) * size));
    const counted = step.predict === 'every' ? frames.slice(1) : frames.slice(-1);
    const before = step.predict === 'every' ? frames : frames.slice(-2);
    const errors = counted.map((frame, at) => squaredDifference(frame, before[at]!));
    return errors.reduce((sum, error) => sum + error, 0) / errors.length;
  }
}
