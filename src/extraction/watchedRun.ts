import { UsageError } from '../common/errors.js';
import { type Config, isOfClips } from '../config/anyConfig.js';
import { dataConfig, type PipelineConfig } from '../config/config.js';
import { untrainedState } from '../engine/openEngine.js';
import { learnedFramewise } from '../engine/watching.js';
import { sampleMethodOf } from '../methods/index.js';
import { TEACHER_PREFIX } from '../methods/parts/teacher.js';
import type { AnyModelConfig, FrameShape } from '../models/index.js';
import { parametersOf } from '../runs/checkpoint.js';
import type { RunFolder } from '../runs/runFolder.js';
import type { HostArray, Named } from '../tensorflow/spec/program.js';

/** The network of a run to extract from, and the frames that it was made for. */
export interface WatchedConfig
  extends Pick<PipelineConfig, 'name' | 'seed' | 'precision' | 'threads' | 'data'> {
  readonly model: AnyModelConfig;
  /** As many samples side by side as training saw. */
  readonly training: { readonly batch: number };
  /** The weights are those of the moving average beside the network. */
  readonly teacher?: boolean;
  /** What it learned from, where that was not the next frame of videos: images, or short clips. */
  readonly samples?: 'images' | 'clips';
  /** Its encoder alone was trained: it remembers nothing from frame to frame. */
  readonly framewise?: boolean;
}

/**
 * The network of a run, whatever it learned from. One that learned from images watches each as a clip of one frame; one that learned from
 * short clips watches such.
 * @param image size of the images of a run on images, which its configuration does not say
 * @param read its configuration, where that was read before
 * @throws UsageError where it is needed and missing
 */
export async function watchedConfig(
  run: RunFolder,
  image?: FrameShape,
  read?: Config,
): Promise<WatchedConfig> {
  const config = read ?? (await run.readAnyConfig());
  if (isOfClips(config)) return config;
  const { name, seed, precision, threads, model, data, method, evaluation } = config;
  if (!image) throw new UsageError(`${run.path} learned from images: say how large they are with \`image\``);
  return {
    name,
    seed,
    precision,
    threads,
    model,
    data: dataConfig.parse({
      ...(data.dataset === undefined
        ? { manifest: data.manifest, folder: data.folder, split: data.split, fit: data.fit }
        : { dataset: data.dataset, via: 'arrays' }),
      width: image.width,
      height: image.height,
      color: image.channels === 3 ? 'rgb' : 'grey',
      steps: data.clips?.frames ?? 1,
    }),
    training: { batch: evaluation.batch },
    samples: data.clips ? 'clips' : 'images',
    framewise: learnedFramewise(config),
    teacher: evaluation.network === 'teacher' && hasTeacher(method.name),
  };
}

/** Whether the method keeps a moving average of the network beside it. */
function hasTeacher(method: string): boolean {
  return sampleMethodOf({ name: method }).labels === 'some';
}

/** The network's own weights among all that a checkpoint holds: heads, teachers and discriminators are left out. */
export function watchedWeights(config: WatchedConfig, state: Named<HostArray>): Named<HostArray> {
  const all = parametersOf(state);
  const names = Object.keys(untrainedState(config));
  const prefix = config.teacher ? TEACHER_PREFIX : '';
  return Object.fromEntries(
    names.flatMap((name) => {
      const value = all[prefix + name];
      return value ? [[name, value] as const] : [];
    }),
  );
}
