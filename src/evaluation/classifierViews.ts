import { UsageError } from '../common/errors.js';
import type { SampleConfig } from '../config/sampleConfig.js';
import type { Engine } from '../engine/engine.js';
import { checkEngineMemory } from '../engine/memory/checkMemory.js';
import { openThreadEngine } from '../engine/trainingThread.js';
import type { Network } from '../methods/classification/answers.js';
import { TEACHER_PREFIX } from '../methods/parts/teacher.js';
import type { FrameShape } from '../models/videoModel.js';
import { parametersOf } from '../runs/checkpoint.js';
import type { RunFolder } from '../runs/runFolder.js';
import { type ClassifiedImages, gather } from '../samples/sampleData.js';
import { inputShape } from '../tensorflow/spec/inputShape.js';
import type { HostArray, Named } from '../tensorflow/spec/program.js';

/** An engine that looks into the best weights of a run, those of the network whose answers count: entries of `nrmViewProgram`. */
export async function openViewEngine(
  run: RunFolder,
  config: SampleConfig,
  image: FrameShape,
): Promise<Engine> {
  const { precision, threads, evaluation, model } = config;
  // Read first, so that a run without saved weights is reported at once.
  const { state } = await run.bestCheckpoint();
  if (model.name !== 'nrm')
    throw new UsageError(
      `${run.path}: a ${model.name} renders nothing to look at: this needs a run of model nrm`,
    );
  const views = { batch: evaluation.batch, shown: model.classes };
  const wanted = { samples: config, image, precision, threads, views };
  checkEngineMemory(wanted, `${config.name}: looking into ${views.batch} images`);
  const engine = await openThreadEngine(wanted);
  await engine.restore(weightsOf(state, evaluation.network));
  return engine;
}

/** The weights of one of a classifier's two networks, by the names that the model gives them. */
export function weightsOf(state: Named<HostArray>, network: Network): Named<HostArray> {
  const all = Object.entries(parametersOf(state));
  const isTeacher = (name: string) => name.startsWith(TEACHER_PREFIX);
  if (network === 'student') return Object.fromEntries(all.filter(([name]) => !isTeacher(name)));
  return Object.fromEntries(
    all.flatMap(([name, value]) => (isTeacher(name) ? [[name.slice(TEACHER_PREFIX.length), value]] : [])),
  );
}

/** The outputs of an entry for the first `count` images of a set, one row for each. */
export async function viewAll(
  engine: Engine,
  entry: 'score' | 'render',
  set: ClassifiedImages,
  count = set.count,
): Promise<Named<{ readonly columns: number; readonly data: Float32Array }>> {
  const [batch] = inputShape(engine.inputs, entry, 'images');
  const rows = Math.min(count, set.count);
  const all: Named<{ columns: number; data: Float32Array }> = {};
  for (let start = 0; start < rows; start += batch) {
    // A last batch that is not full repeats its last image, which is left out of the answer.
    const places = Array.from({ length: batch }, (_, i) => Math.min(start + i, rows - 1));
    const labels = Int32Array.from(places, (place) => set.labels[place]!);
    const feeds = { images: gather(set, places), ...(entry === 'render' && { labels }) };
    for (const [name, { data, shape }] of Object.entries(await engine.run(entry, feeds))) {
      const columns = shape.slice(1).reduce((a, b) => a * b, 1);
      all[name] ??= { columns, data: new Float32Array(rows * columns) };
      const present = Math.min(batch, rows - start);
      all[name].data.set((data as Float32Array).subarray(0, present * columns), start * columns);
    }
  }
  return all;
}
