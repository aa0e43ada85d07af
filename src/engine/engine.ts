import { ForeframeError, UsageError } from '../common/errors.js';
import type { VideoProgramSizes } from '../methods/prediction/clipFrames.js';
import { type AnyModelConfig, createNetwork } from '../models/index.js';
import type { FrameShape } from '../models/videoModel.js';
import { checkWeights, namingItsFile } from '../runs/checkpoint.js';
import { loadTensorFlow, type TensorFlowInfo } from '../tensorflow/backend/backend.js';
import { chosenDevice, type Device } from '../tensorflow/backend/device.js';
import type { Threads } from '../tensorflow/backend/threads.js';
import { type AsyncProgram, compileAsync } from '../tensorflow/program/asyncProgram.js';
import type { Feed, HostArray, InputSpec, Named, ProgramSpec } from '../tensorflow/spec/program.js';
import { type EncodeSettings, encodeProgram } from './encodeProgram.js';
import { type FollowSettings, followProgram } from './followProgram.js';
import { type SampleEngineConfig, sampleProgram } from './sampleEngine.js';
import { type ClipStepSettings, predictProgram, videoProgram } from './videoProgram.js';
import { watching } from './watching.js';

/** Everything that is needed to build a model's program, in any thread. */
export interface EngineConfig {
  readonly model: AnyModelConfig;
  readonly frame: FrameShape;
  readonly seed: number;
  readonly batch: number;
  readonly precision?: 'full' | 'fast';
  readonly threads?: Threads;
  /** Set for training and evaluation; without it the engine can only predict. */
  readonly training?: Omit<VideoProgramSizes, 'batch'> & ClipStepSettings;
  /** Set for looking into the model; the engine can then do nothing else. */
  readonly encode?: EncodeSettings;
  /** Set for following whole videos; the engine can then do nothing else. */
  readonly follow?: FollowSettings;
}

/** What an engine may be opened for. */
export type AnyEngineConfig = EngineConfig | SampleEngineConfig;

/** A program at work, wherever it runs. Once disposed of, every call fails, except for another `dispose`, which does nothing. */
export interface Engine {
  readonly tensorflow: TensorFlowInfo;
  /** Shapes and types of every entry's inputs. */
  readonly inputs: Named<Named<InputSpec>>;
  run(entry: string, feeds: Named<Feed>): Promise<Named<HostArray>>;
  state(): Promise<Named<HostArray>>;
  restore(state: Named<HostArray>): Promise<void>;
  dispose(): Promise<void>;
}

/** The program that `config` describes. */
export function engineProgram(config: AnyEngineConfig): ProgramSpec {
  if ('samples' in config) return sampleProgram(config);
  const network = createNetwork(config.model, config.frame);
  if (config.encode) return encodeProgram(watching(network, config.encode), config.batch, config.encode);
  if (config.follow) return followProgram(watching(network, config.follow), config.follow);
  const model = network.predictor;
  if (!model) throw new UsageError(`model.name ${network.name} does not expect the next frame`);
  if (!config.training) return predictProgram(model, config.batch);
  const { steps, ...settings } = config.training;
  return videoProgram(model, config.seed, { batch: config.batch, steps }, settings);
}

/**
 * An engine in this thread: simple, and right for custom programs; it blocks the event loop while it computes. Whether
 * it can be built and fits into memory was asked before (`checkEngineMemory`).
 */
export async function openInlineEngine(
  config: AnyEngineConfig,
  device: Device = chosenDevice(),
): Promise<Engine> {
  const { precision, threads } = config;
  const tensorflow = await loadTensorFlow({ precision, threads, device });
  const spec = engineProgram(config);
  let program: AsyncProgram | undefined = compileAsync(spec);
  const working = () => {
    if (!program) throw disposedEngine();
    return program;
  };
  return {
    tensorflow,
    inputs: inputsOf(spec),
    run: async (entry, feeds) => working().run(entry, feeds),
    state: async () => working().state(),
    restore: (state) =>
      namingItsFile(state, async () => {
        checkWeights(state, spec.variables);
        working().restore(state);
      }),
    dispose: async () => {
      program?.dispose();
      program = undefined;
    },
  };
}

export function disposedEngine(): ForeframeError {
  return new ForeframeError('this engine was disposed of: open another');
}

export function inputsOf(spec: ProgramSpec): Named<Named<InputSpec>> {
  return Object.fromEntries(Object.entries(spec.entries).map(([name, { inputs }]) => [name, inputs]));
}
