import { required } from '../../../common/required.js';
import type { Engine, EngineConfig } from '../../../engine/engine.js';
import { checkEngineMemory } from '../../../engine/memory/checkMemory.js';
import { openThreadEngine } from '../../../engine/trainingThread.js';
import type { TensorFlowInfo } from '../../../tensorflow/backend/backend.js';
import { threadsText } from '../../../tensorflow/backend/threads.js';
import { LiveNetwork } from '../../watching/liveNetwork.js';
import type { OpenSession } from '../openSession.js';

/** A page's network in this process, on its training thread. */
export interface OwnNetwork {
  readonly engine: Engine;
  readonly network: LiveNetwork;
  /** What computes, in words. */
  readonly device: string;
}

/**
 * The network of a session, with its weights.
 * @throws ForeframeError where it does not fit into memory
 */
export async function openOwnNetwork(session: OpenSession): Promise<OwnNetwork> {
  const { state } = session;
  const { settings } = session.page;
  const config = engineConfig(session);
  checkEngineMemory(config, `${session.page.name}: learning while watching`);
  const engine = await openThreadEngine(config);
  try {
    await warmUp(engine);
    const network = new LiveNetwork(settings, engine);
    if (state) await network.restore(state);
    return { engine, network, device: deviceText(engine.tensorflow) };
  } catch (error) {
    await engine.dispose();
    throw error;
  }
}

/** One clip a step: the same program then watches one stream, and no weights are copied. */
function engineConfig({ config, page }: OpenSession): EngineConfig {
  const { model, frame, seed, steps, step } = page.settings;
  const { optimizer, clipNorm, predict, rollout } = step;
  const { precision, threads } = config;
  const method = { name: 'next-frame', predict, rollout } as const;
  return {
    ...{ model, frame, seed, batch: 1, precision, threads },
    training: { steps, optimizer, clipNorm, method },
  };
}

/** The first call builds the graph: no frame should wait for that. */
async function warmUp(engine: Engine): Promise<void> {
  const inputs = Object.entries(required(engine.inputs, 'advance'));
  const zeros = inputs.map(([name, { shape }]) => [name, new Float32Array(shape.reduce((a, b) => a * b, 1))]);
  await engine.run('advance', Object.fromEntries(zeros));
}

function deviceText({ backend, version, device, threads }: TensorFlowInfo): string {
  const what = backend === 'tensorflow' ? 'native TensorFlow' : 'WebAssembly, TensorFlow.js';
  const where = device === 'gpu' ? 'a GPU' : threadsText(threads);
  return `${what} ${version} in foreframe, ${where}`;
}
