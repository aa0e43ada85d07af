// The training thread: the one thread of the process that loads TensorFlow. It answers the requests of threadMessages.ts.
import { parentPort } from 'node:worker_threads';
import type { HostArray, Named } from '../tensorflow/spec/program.js';
import { disposedEngine, type Engine, openInlineEngine } from './engine.js';
import { type Answers, type Request, type RequestMessage, recordError } from './threadMessages.js';
import { giveWay } from './threadPriority.js';

// Before TensorFlow is loaded: its threads inherit it.
giveWay();

const engines = new Map<number, Engine>();
let opened = 0;

/** Requests that are being worked on. */
const working = new Set<number>();

parentPort!.on('message', async ({ id, request }: RequestMessage) => {
  working.add(id);
  try {
    const answer = await answerTo(request);
    parentPort!.postMessage({ id, answer }, buffersOf(answer));
  } catch (error) {
    parentPort!.postMessage({ id, error: recordError(error) });
  } finally {
    working.delete(id);
  }
});

// An uncaught error would end the thread of TensorFlow: it is sent as the answer to the running requests instead.
process.on('uncaughtException', report);
process.on('unhandledRejection', report);

function report(error: unknown): void {
  const asked = [...working];
  for (const id of asked) parentPort!.postMessage({ id, error: recordError(error) });
  if (asked.length === 0) process.emitWarning(error instanceof Error ? error : String(error));
}

async function answerTo(request: Request): Promise<Answers[keyof Answers]> {
  if (request.kind === 'open') {
    const engine = await openInlineEngine(request.config, request.device);
    engines.set(++opened, engine);
    return { engine: opened, tensorflow: engine.tensorflow, inputs: engine.inputs };
  }
  const engine = engines.get(request.engine);
  if (!engine) throw disposedEngine();
  switch (request.kind) {
    case 'run':
      return engine.run(request.entry, request.feeds);
    case 'state':
      return engine.state();
    case 'restore':
      await engine.restore(request.state);
      return null;
    case 'dispose':
      engines.delete(request.engine);
      await engine.dispose();
      return null;
  }
}

/** Arrays that this thread no longer needs are transferred to the other thread instead of copied. */
function buffersOf(answer: Answers[keyof Answers]): ArrayBuffer[] {
  if (answer === null || 'engine' in answer) return [];
  const buffers = Object.values(answer as Named<HostArray>).map(({ data }) => data.buffer);
  return [...new Set(buffers)].filter((buffer) => buffer instanceof ArrayBuffer);
}
