import { Worker } from 'node:worker_threads';
import { ForeframeError, messageOf } from '../common/errors.js';
import { namingItsFile } from '../runs/checkpoint.js';
import { chosenDevice } from '../tensorflow/backend/device.js';
import { setTensorFlowEnvironment } from '../tensorflow/backend/environment.js';
import type { AnyEngineConfig, Engine } from './engine.js';
import { type AnswerMessage, type Answers, type Request, reviveError } from './threadMessages.js';

/** Worker threads run compiled code; sources (as tests import them) lead to the build beside them. */
const workerFile = new URL(
  import.meta.url.endsWith('.ts') ? '../../dist/src/engine/trainingWorker.js' : './trainingWorker.js',
  import.meta.url,
);

let thread: TrainingThread | undefined;

/**
 * An engine in the training thread, which lives as long as the process: TensorFlow's library keeps global state, a thread that
 * loaded it is never ended or replaced. The main thread stays free to decode, to draw and to handle Ctrl-C. All engines of a
 * process share the one thread, because TensorFlow can be loaded only once.
 */
export async function openThreadEngine(config: AnyEngineConfig): Promise<Engine> {
  const device = chosenDevice();
  // Before the thread starts: it inherits the environment, and what it set itself native code would not see.
  setTensorFlowEnvironment({ precision: config.precision, threads: config.threads });
  thread ??= new TrainingThread();
  const used = thread;
  const { engine, tensorflow, inputs } = await used.ask('open', { kind: 'open', config, device });
  let disposed: Promise<unknown> | undefined;
  return {
    tensorflow,
    inputs,
    run: (entry, feeds) => used.ask('run', { kind: 'run', engine, entry, feeds }),
    state: () => used.ask('state', { kind: 'state', engine }),
    restore: async (state) =>
      void (await namingItsFile(state, () => used.ask('restore', { kind: 'restore', engine, state }))),
    dispose: async () => {
      disposed ??= used.ask('dispose', { kind: 'dispose', engine });
      await disposed;
    },
  };
}

interface Waiting {
  resolve(answer: Answers[keyof Answers]): void;
  reject(error: Error): void;
}

class TrainingThread {
  readonly #worker = new Worker(workerFile, { execArgv: workerArguments() });
  readonly #waiting = new Map<number, Waiting>();
  #asked = 0;
  #ended: Error | undefined;

  constructor() {
    this.#worker.on('message', (message: AnswerMessage) => this.#hear(message));
    this.#worker.on('error', (error) => this.#end(endOf(error)));
    this.#worker.on('exit', (code) => this.#end(endOf(new Error(`code ${code}`))));
    // It lives as long as the process, but does not keep it alive.
    this.#worker.unref();
  }

  ask<K extends keyof Answers>(_kind: K, request: Request & { kind: K }): Promise<Answers[K]> {
    if (this.#ended) return Promise.reject(this.#ended);
    const id = ++this.#asked;
    return new Promise<Answers[K]>((resolve, reject) => {
      this.#waiting.set(id, { resolve: resolve as Waiting['resolve'], reject });
      this.#worker.ref();
      this.#worker.postMessage({ id, request });
    });
  }

  #hear(message: AnswerMessage): void {
    const waiting = this.#waiting.get(message.id);
    // Answered before: by an error that nobody caught while it was worked on.
    if (!waiting) return;
    this.#waiting.delete(message.id);
    if (this.#waiting.size === 0) this.#worker.unref();
    if ('error' in message) waiting.reject(reviveError(message.error));
    else waiting.resolve(message.answer);
  }

  #end(error: Error): void {
    this.#ended ??= error;
    for (const waiting of this.#waiting.values()) waiting.reject(this.#ended);
    this.#waiting.clear();
  }
}

/** Why the training thread has ended, and what to do. */
function endOf(cause: Error & { code?: string }): ForeframeError {
  const why =
    cause.code === 'ERR_WORKER_OUT_OF_MEMORY'
      ? 'JavaScript ran out of memory in the training thread: lower training.batch or data.steps, or allow it more, as by NODE_OPTIONS=--max-old-space-size=8192'
      : `the training thread ended (${messageOf(cause)})`;
  return new ForeframeError(`${why}; TensorFlow can be loaded only once in a process: start a new one`, {
    cause,
  });
}

/** `node --input-type=module -e …` is meant for what is typed there; a worker's file would be refused with it. */
function workerArguments(): string[] | undefined {
  return process.execArgv.some((argument) => argument.startsWith('--input-type')) ? [] : undefined;
}
