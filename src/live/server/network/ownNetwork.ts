import { ForeframeError } from '../../../common/errors.js';
import type { Engine, EngineConfig } from '../../../engine/engine.js';
import { checkEngineMemory } from '../../../engine/memory/checkMemory.js';
import { openThreadEngine } from '../../../engine/trainingThread.js';
import { decodeSafetensors } from '../../../runs/safetensors.js';
import type { TensorFlowInfo } from '../../../tensorflow/backend/backend.js';
import { threadsText } from '../../../tensorflow/backend/threads.js';
import type { HostArray, Named } from '../../../tensorflow/spec/program.js';
import { LiveNetwork } from '../../watching/liveNetwork.js';
import type { LiveSettings, ToNetwork } from '../../watching/messages.js';
import type { OpenSession } from '../openSession.js';
import { checkLiveState, stateIn } from '../sessionState.js';

/** A page's network in this process, on its training thread. */
export interface OwnNetwork {
  readonly engine: Engine;
  readonly network: LiveNetwork;
  /** What computes, in words. */
  readonly device: string;
}

/**
 * The network that a page asks for.
 * @throws ForeframeError where it does not fit into memory, or the weights are of another one
 */
export async function openOwnNetwork(
  session: OpenSession,
  { settings, weights }: Extract<ToNetwork, { kind: 'open' }>,
): Promise<OwnNetwork> {
  const state = weights === undefined ? undefined : firstState(session, settings, weights);
  const config = engineConfig(session, settings);
  checkEngineMemory(config, `${session.page.name}: learning while watching`);
  const engine = await openThreadEngine(config);
  try {
    const network = new LiveNetwork(settings, engine);
    if (state) await network.restore(state);
    return { engine, network, device: deviceText(engine.tensorflow) };
  } catch (error) {
    await engine.dispose();
    throw error;
  }
}

/** One clip a step: the same program then watches one stream, and no weights are copied. */
function engineConfig({ config }: OpenSession, settings: LiveSettings): EngineConfig {
  const { model, frame, seed, steps, step } = settings;
  const { optimizer, clipNorm, predict, rollout } = step;
  const { precision, threads } = config;
  const method = { name: 'next-frame', predict, rollout } as const;
  return {
    ...{ model, frame, seed, batch: 1, precision, threads },
    training: { steps, optimizer, clipNorm, method },
  };
}

function firstState(
  { state }: OpenSession,
  settings: LiveSettings,
  weights: Uint8Array | 'session',
): Named<HostArray> {
  const first = weights === 'session' ? state : stateIn(decodeSafetensors(weights, 'the weights').tensors);
  if (!first) throw new ForeframeError('this session has no weights to begin with: begin anew');
  checkLiveState(settings, first);
  return first;
}

function deviceText({ backend, version, device, threads }: TensorFlowInfo): string {
  const what = backend === 'tensorflow' ? 'native TensorFlow' : 'WebAssembly, TensorFlow.js';
  const where = device === 'gpu' ? 'a GPU' : threadsText(threads);
  return `${what} ${version} in foreframe, ${where}`;
}
