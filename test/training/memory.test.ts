import { mkdirSync, writeFileSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join, resolve } from 'node:path';
import fc from 'fast-check';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { availableMemory } from '../../src/common/memory/availableMemory.js';
import { bytesText, parseBytes } from '../../src/common/memory/bytes.js';
import { requireMemory } from '../../src/common/memory/requireMemory.js';
import {
  datasetSource,
  ForeframeError,
  findDataset,
  loadConfig,
  type PipelineConfig,
  trainRun,
  UsageError,
} from '../../src/index.js';
import { loadClassifierConfig } from '../../src/training/classifierRun.js';
import { checkEngineMemory } from '../../src/training/memory/checkMemory.js';
import { engineMemory } from '../../src/training/memory/engineMemory.js';
import { holding } from '../../src/training/memory/heldMemory.js';
import {
  checkTrains,
  openEvaluationEngine,
  openPredictEngine,
  openTrainingEngine,
} from '../../src/training/openEngine.js';

const pipeline = (name: string) => resolve(import.meta.dirname, `../../pipelines/${name}.yaml`);
const GIGABYTE = 1e9;

afterEach(() => {
  vi.unstubAllEnvs();
});

describe('the memory that is available', () => {
  const with_ = async (files: Record<string, string>) => {
    const root = await mkdtemp(join(tmpdir(), 'foreframe-memory-'));
    for (const [path, text] of Object.entries(files)) {
      mkdirSync(dirname(join(root, path)), { recursive: true });
      writeFileSync(join(root, path), text);
    }
    const found = availableMemory({ root, environment: {}, platform: 'linux' });
    await rm(root, { recursive: true });
    return found;
  };
  const meminfo = { 'proc/meminfo': 'MemTotal: 32000 kB\nMemFree: 10 kB\nMemAvailable:   20000 kB\n' };

  it('is what the machine has left', async () => {
    expect(await with_(meminfo)).toBe(20_000 * 1024);
  });

  it('is what the control group has left, version 2, or one above it', async () => {
    const group = { ...meminfo, 'proc/self/cgroup': '0::/a/b\n' };
    const at = (folder: string, max: string, current: string) => ({
      [`sys/fs/cgroup/${folder}/memory.max`]: `${max}\n`,
      [`sys/fs/cgroup/${folder}/memory.current`]: `${current}\n`,
    });
    expect(await with_({ ...group, ...at('a/b', '9000', '1000') })).toBe(8000);
    expect(await with_({ ...group, ...at('a/b', 'max', '1000'), ...at('a', '5000', '2000') })).toBe(3000);
    expect(await with_({ ...group, ...at('a/b', '9000', '1000'), ...at('a', '5000', '2000') })).toBe(3000);
    // Page cache can be given back; over the limit there is nothing.
    const cached = { 'sys/fs/cgroup/a/b/memory.stat': 'anon 100\ninactive_file 700\n' };
    expect(await with_({ ...group, ...at('a/b', '9000', '1000'), ...cached })).toBe(8700);
    expect(await with_({ ...group, ...at('a/b', '9000', '9999') })).toBe(0);
    // In a container the group is the topmost folder, whatever it is called outside.
    expect(await with_({ ...group, ...at('', '7000', '0') })).toBe(7000);
  });

  it('is what the control group has left, version 1', async () => {
    const group = { ...meminfo, 'proc/self/cgroup': '5:cpu,cpuacct:/x\n4:memory:/docker/1\n0::/\n' };
    const limit = (text: string) => ({
      'sys/fs/cgroup/memory/docker/1/memory.limit_in_bytes': text,
      'sys/fs/cgroup/memory/docker/1/memory.usage_in_bytes': '4000\n',
      'sys/fs/cgroup/memory/docker/1/memory.stat': 'cache 1\ntotal_inactive_file 500\n',
    });
    expect(await with_({ ...group, ...limit('9000\n') })).toBe(5500);
    expect(await with_({ ...group, ...limit('9223372036854771712\n') })).toBe(20_000 * 1024);
  });

  it('is what a person says', () => {
    const said = (text: string) => availableMemory({ environment: { FOREFRAME_MEMORY: text } });
    expect(said('32GB')).toBe(32e9);
    expect(said('500 MiB')).toBe(500e6);
    expect(() => said('much')).toThrow(UsageError);
    expect(() => said('much')).toThrow('FOREFRAME_MEMORY=much is no amount of memory');
  });

  it('reads back the amounts that it writes', () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 9e14 }), (bytes) => {
        const again = parseBytes(bytesText(bytes), 'x');
        expect(Math.abs(again - bytes) / bytes).toBeLessThan(0.06);
      }),
    );
  });
});

describe('what needs memory', () => {
  const need = {
    what: 'it',
    parts: [
      { name: 'a', bytes: 3 * GIGABYTE },
      { name: 'b', bytes: GIGABYTE },
    ],
  };

  it('is refused beyond all there is, and told of from four fifths on', () => {
    const warn = vi.fn();
    requireMemory({ ...need, available: 6 * GIGABYTE, warn });
    expect(warn).not.toHaveBeenCalled();
    requireMemory({ ...need, available: 4.5 * GIGABYTE, warn });
    expect(warn).toHaveBeenCalledWith(
      'warning: it needs about 4.0 GB (a 3.0 GB, b 1.0 GB); 4.5 GB are free: close to all of it',
    );
    expect(() => requireMemory({ ...need, available: 3.9 * GIGABYTE, advice: () => 'lower c to 2' })).toThrow(
      'it needs about 4.0 GB (a 3.0 GB, b 1.0 GB) and 3.9 GB are free: lower c to 2 (if that is wrong, say so: FOREFRAME_MEMORY=5GB)',
    );
  });

  it('is refused as one array or as objects where JavaScript has no room for it', () => {
    const parts = [{ name: 'a', bytes: 1e17, array: true }];
    expect(() => requireMemory({ what: 'it', parts, available: 1e18 })).toThrow(
      /a in one array of more than/,
    );
    const objects = [{ name: 'a', bytes: 1e15, heap: true }];
    expect(() => requireMemory({ what: 'it', parts: objects, available: 1e18 })).toThrow(ForeframeError);
  });

  it('is looked after while it grows, where nobody knew how much it would be', () => {
    vi.stubEnv('FOREFRAME_MEMORY', '1GB');
    const hold = holding('data.shuffle');
    const fill = () => {
      for (let clip = 0; clip < 1000; clip++) hold(10e6);
    };
    expect(fill).toThrow(/^data.shuffle: \d+ are held, .* lower data.shuffle to \d+ \(/);
  });
});

/** Measured: peak resident megabytes from before the engine was opened, over opening, three steps and saving. */
const measured: [name: string, settings: string[], megabytes: number][] = [
  ['balls-pgn', ['model.filters=[2]', 'model.lstm=4', 'training.batch=1', 'data.steps=2'], 423],
  ['balls-pgn', [], 668],
  ['balls-pgn', ['model.lstm=1568'], 1465],
  ['balls-pgn', ['model.lstm=3000', 'training.batch=1'], 3356],
  ['balls-pgn', ['training.batch=64'], 1430],
  ['demo', [], 488],
  ['demo', ['data.width=240', 'data.height=240'], 5746],
  ['video', [], 1361],
  ['video', ['training.batch=64'], 2917],
  ['video', ['model.channels=[128]'], 2026],
  ['digits-frame-stack', [], 842],
  ['faces-pgn', [], 684],
  ['faces-pgn-adversarial', [], 788],
  ['faces-ae-fc-weights', [], 852],
  ['talking-face', [], 812],
  ['balls-frame-stack', [], 496],
  ['classify-mnist-100-labels-nrm', [], 811],
  ['classify-mnist-100-labels-published', [], 1774],
  ['classify-cifar10-4000-labels-narrow', [], 1324],
  ['classify-occluded-digits-100-labels', [], 1830],
  ['classify-ten-faces-50-labels', [], 1224],
];

describe('the estimate of an engine', () => {
  const sides: Record<string, [number, number]> = { mnist: [28, 1], cifar10: [32, 3] };

  it.each(measured)('of %s %s is near what was measured', async (name, settings, megabytes) => {
    const estimated = engineMemory(
      name.startsWith('classify')
        ? await classifier(name, settings)
        : video(await loadConfig(pipeline(name), settings)),
    ).reduce((sum, { bytes }) => sum + bytes, 0);
    const ratio = estimated / (megabytes * 2 ** 20);
    expect(ratio).toBeGreaterThan(0.75);
    expect(ratio).toBeLessThan(1.3);
  });

  function video({ model, data, training, seed }: PipelineConfig) {
    const frame = { height: data.height, width: data.width, channels: data.color === 'grey' ? 1 : 3 };
    return { model, frame, seed, batch: training.batch, training: { ...training, steps: data.steps } };
  }

  async function classifier(name: string, settings: string[]) {
    const config = await loadClassifierConfig(pipeline(name), settings);
    const [side, channels] = sides[config.data.dataset] ?? [32, 1];
    const frames = config.data.clips?.frames;
    return { classifier: config, image: { height: side, width: side, channels }, frames };
  }
});

describe('settings that no memory holds', () => {
  // Nothing here may be tried: 24 GB are said to be there, whatever the machine has.
  const cases: [string, string[], RegExp][] = [
    ['balls-pgn', ['training.batch=100000'], /lower training.batch to \d{3,4} /],
    ['balls-pgn', ['model.filters=[1000000,32]'], /lower model.filters to \d+/],
    ['balls-pgn', ['model.lstm=100000'], /lower model.lstm to \d+/],
    ['demo', ['data.width=4096', 'data.height=4096'], /activations .* lower /],
    ['video', ['data.steps=100000'], /lower data.steps to \d+/],
    ['demo', ['model.kernel=100001'], /lower model.kernel to \d+/],
    [
      'faces-pgn-adversarial',
      ['training.adversarial.discriminator.units=10000000'],
      /discriminator.units to \d+/,
    ],
  ];

  it.each(cases)('%s %s are refused with what to lower', async (name, settings, message) => {
    vi.stubEnv('FOREFRAME_MEMORY', '24GB');
    const config = await loadConfig(pipeline(name), settings);
    const error = await openTrainingEngine(config).catch((reason: unknown) => reason);
    expect(error).toBeInstanceOf(ForeframeError);
    expect((error as Error).message).toMatch(message);
    expect((error as Error).message).toMatch(
      new RegExp(`^${name}: training needs about .* 24 GB are free: .*$`),
    );
  });

  it('fit once they are lowered as they say', async () => {
    vi.stubEnv('FOREFRAME_MEMORY', '2GB');
    const load = (batch: number) => loadConfig(pipeline('video'), [`training.batch=${batch}`]);
    let advised = 0;
    try {
      checkTrains(await load(5000));
    } catch (error) {
      advised = Number(/lower training.batch to (\d+)/.exec((error as Error).message)?.[1]);
    }
    expect(advised).toBeGreaterThan(8);
    checkTrains(await load(advised));
  });

  it('are refused by every way in before TensorFlow is loaded, and leave no folder', async () => {
    vi.stubEnv('FOREFRAME_MEMORY', '2GB');
    const folder = join(await mkdtemp(join(tmpdir(), 'foreframe-memory-')), 'run');
    const config = await loadConfig(pipeline('balls-pgn'), ['training.batch=5000', 'evaluation.batch=5000']);
    const source = await datasetSource(findDataset('bouncing-balls'), config.data);
    await expect(trainRun({ config, source, folder })).rejects.toThrow(/balls-pgn: training needs about/);
    await expect(openEvaluationEngine(config)).rejects.toThrow(
      /the evaluation needs .* lower evaluation.batch to/,
    );
    await expect(openPredictEngine(config, 1e6)).rejects.toThrow(/predicting needs .* lower batch to \d+/);
    const classifier = await loadClassifierConfig(pipeline('classify-mnist-100-labels-nrm'), [
      'training.unlabelled=100000',
    ]);
    const image = { height: 28, width: 28, channels: 1 };
    expect(() => checkEngineMemory({ classifier, image }, 'it')).toThrow(/lower training.unlabelled to \d+/);
    await expect(
      datasetSource(findDataset('bouncing-balls'), {
        ...config.data,
        clips: { ...config.data.clips, frames: 1e9 },
      }),
    ).rejects.toThrow(/a clip of 1000000000 frames needs about .* lower data.clips.frames to \d+/);
  });

  it('are not refused for buffers that the data does not fill', async () => {
    vi.stubEnv('FOREFRAME_MEMORY', '2GB');
    const settings = ['data.shuffle=1000000000', 'data.prefetch=1000000000', 'training.steps=1'];
    const config = await loadConfig(pipeline('balls-frame-stack'), [...settings, 'data.clips.train=3']);
    const source = await datasetSource(findDataset('bouncing-balls'), config.data);
    const folder = join(await mkdtemp(join(tmpdir(), 'foreframe-memory-')), 'run');
    const { engine, position } = await trainRun({ config, source, folder });
    await engine.dispose();
    expect(position.step).toBe(1);
  });
});
