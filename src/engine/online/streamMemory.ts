import { required } from '../../common/required.js';
import type { Feed, HostArray, InputSpec, Named } from '../../tensorflow/spec/program.js';

/** What runs the entries of a program, wherever it does. */
export interface EntryRunner {
  /** Shapes and types of every entry's inputs. */
  readonly inputs: Named<Named<InputSpec>>;
  run(entry: string, feeds: Named<Feed>): Promise<Named<HostArray>>;
}

/** What a network remembers of one stream of frames, from frame to frame. */
export class StreamMemory {
  readonly #runner: EntryRunner;
  #memory: Named<Float32Array> = {};

  constructor(runner: EntryRunner) {
    this.#runner = runner;
    this.clear();
  }

  /** Forget: the next frame starts another stream. */
  clear(): void {
    this.#memory = {};
    for (const [name, { shape }] of Object.entries(required(this.#runner.inputs, 'advance')))
      if (name.startsWith('memory.')) this.#memory[name] = new Float32Array(shape.reduce((a, b) => a * b, 1));
  }

  /** A memory of the same that goes on by itself: what it watches is not remembered here. */
  fork(): StreamMemory {
    const fork = new StreamMemory(this.#runner);
    // Arrays are replaced and never written to, so that both may hold them.
    fork.#memory = this.#memory;
    return fork;
  }

  /** Watch `[batch, 1, height, width, channels]` in [0, 1]; the frame that is expected next. A failed call changes nothing. */
  async advance(frame: Float32Array): Promise<Float32Array> {
    const outputs = await this.#runner.run('advance', { frame, ...this.#memory });
    const expected = required(outputs, 'frame').data as Float32Array;
    this.#memory = Object.fromEntries(
      Object.keys(this.#memory).map((name) => [name, required(outputs, name).data as Float32Array]),
    );
    return expected;
  }
}
