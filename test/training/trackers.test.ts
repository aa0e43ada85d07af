import { execFileSync, spawnSync } from 'node:child_process';
import { mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import sharp from 'sharp';
import { beforeAll, describe, expect, it } from 'vitest';
import { openTrainingEngine } from '../../src/engine/openEngine.js';
import { checkConfig, trainRun, videoSource } from '../../src/index.js';
import { LogTimes } from '../../src/learning/board/clipImages.js';
import { clipLearner } from '../../src/learning/clipLearner.js';
import { codeBlocks } from '../docs/pages.js';
import { temporaryFolder, testVideo } from '../video/makeVideo.js';

const folder = temporaryFolder();
const run = join(folder, 'run');
const video = join(folder, 'my.mp4');
const config = checkConfig(
  {
    name: 'tracked',
    data: { width: 16, height: 12, steps: 4, shuffle: 4, videos: [video] },
    model: { name: 'frame-stack', channels: 4, blocks: 1 },
    training: { batch: 2, steps: 4, validateEvery: 2, learningRate: 0.0125 },
  },
  'test',
);

beforeAll(async () => {
  testVideo(video, 'testsrc=s=64x48:r=10:d=16');
  const source = await videoSource([video], config.data);
  const { engine } = await trainRun({ config, source, folder: run });
  await engine.dispose();
});

const throwIfStopped = async () => {};

describe('TensorBoard', () => {
  it('gets the settings of a run, but neither its name nor its paths', () => {
    const events = readFileSync(join(run, 'events', readdirSync(join(run, 'events'))[0]!));
    const text = events.toString('latin1');
    for (const key of ['training.learningRate', 'model.channels', 'method.name', 'seed'])
      expect(text).toContain(key);
    expect(events.includes(Buffer.from(new Float64Array([0.0125]).buffer))).toBe(true);
    for (const key of ['my.mp4', 'tracked', 'evaluation.horizon']) expect(text).not.toContain(key);
  });

  it('gets an image of the first validation clip: truth, prediction and difference', async () => {
    const source = await videoSource([video], config.data);
    const engine = await openTrainingEngine(config);
    try {
      const learner = clipLearner(config, source, engine);
      const position = { step: 2, epoch: 0, batch: 2, seconds: 6 };
      const short = await learner.validate({ ...position, seconds: 1 }, 0.5, throwIfStopped);
      expect(short!.image).toBeUndefined();
      const { image, figures } = (await learner.validate(position, 0.5, throwIfStopped))!;
      expect(figures).toEqual(short!.figures);
      const { width, height, format } = await sharp(image!.png).metadata();
      expect({ width, height, format }).toEqual({
        width: image!.width,
        height: image!.height,
        format: 'png',
      });
      // Four predictions of 16×12 pixels, six times as large, in three rows.
      expect(width!).toBeGreaterThan(4 * 96);
      expect(height!).toBeGreaterThan(3 * 72);
      await learner.close();
    } finally {
      await engine.dispose();
    }
  });

  it('gets few images more of a long training than of a short one', () => {
    const countUntil = (seconds: number) => {
      const logTimes = new LogTimes();
      let count = 0;
      for (let at = 1; at <= seconds; at++) if (logTimes.isDue(at, at / seconds)) count++;
      return count;
    };
    expect([4, 5, 60, 3600, 86_400].map(countUntil)).toEqual([0, 1, 5, 11, 16]);
  });
});

const python = ['python3', 'python'].find((name) => spawnSync(name, ['--version']).status === 0);

/** Stands for mlflow where it is not installed: keeps what it is given. */
const STUB = `
import json
kept = {"params": {}, "metrics": []}
class Client:
    def log_batch(self, run_id, metrics=(), params=()):
        kept["metrics"] += [[m.key, m.value, m.step] for m in metrics]
        kept["params"].update({p.key: p.value for p in params})
MlflowClient = Client
class start_run:
    def __init__(self, run_name): self.info = self; self.run_id = run_name
    def __enter__(self): return self
    def __exit__(self, *_): print(json.dumps(kept))
`;
const ENTITIES = `
class Metric:
    def __init__(self, key, value, timestamp, step): self.key, self.value, self.step = key, value, step
class Param:
    def __init__(self, key, value): self.key, self.value = key, value
`;
const YAML = `
def safe_load(file):
    found = {}
    for line in file:
        if not line.startswith(" ") and line.rstrip().endswith(":"): part = found[line.strip()[:-1]] = {}
        elif line.startswith("  ") and line[2] not in " -" and ": " in line: part.update([line.strip().split(": ", 1)])
    return found
`;

describe.runIf(python !== undefined)('MLflow', () => {
  it('gets curves and settings from the lines of the docs', () => {
    const [script] = codeBlocks('docs/trackers.md', 'python');
    writeFileSync(join(folder, 'import_runs.py'), script!);
    mkdirSync(join(folder, 'stub/mlflow'), { recursive: true });
    writeFileSync(join(folder, 'stub/mlflow/__init__.py'), STUB);
    writeFileSync(join(folder, 'stub/mlflow/entities.py'), ENTITIES);
    writeFileSync(join(folder, 'stub/yaml.py'), YAML);
    const env = { ...process.env, PYTHONPATH: join(folder, 'stub') };
    const said = execFileSync(python!, ['import_runs.py', 'run'], { cwd: folder, env, encoding: 'utf8' });
    const { params, metrics } = JSON.parse(said) as { params: object; metrics: [string, number, number][] };
    expect(params).toMatchObject({ 'training.learningRate': '0.0125', 'model.name': 'frame-stack' });
    const logged = readFileSync(join(run, 'metrics.jsonl'), 'utf8').trim().split('\n');
    const losses = logged.flatMap((line) => {
      const { loss, step } = JSON.parse(line) as { loss?: number; step: number };
      return loss === undefined ? [] : [['loss', loss, step]];
    });
    expect(losses).toHaveLength(4);
    expect(metrics.filter(([key]) => key === 'loss')).toEqual(losses);
    expect(metrics.filter(([key]) => key === 'validation').map(([, , step]) => step)).toEqual([2, 4]);
    expect(metrics.map(([key]) => key)).not.toContain('step');
  });
});
