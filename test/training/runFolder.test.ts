import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { hostname, tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { bouncingBalls } from '../../datasets/clips/bouncingBalls.js';
import { Random } from '../../src/common/random.js';
import { required } from '../../src/common/required.js';
import { checkConfig } from '../../src/config/loadConfig.js';
import type { TrainingEvent } from '../../src/learning/trainingEvent.js';
import { trainRun } from '../../src/learning/trainRun.js';
import { readMetrics } from '../../src/runs/metricsLog.js';
import { RunFolder } from '../../src/runs/runFolder.js';
import type { FrameSource } from '../../src/stream/frameSource.js';

const SIZE = 8;

const pipeline = (training: object = {}) =>
  checkConfig(
    {
      name: 'small',
      data: { width: SIZE, height: SIZE, steps: 3, shuffle: 2, prefetch: 1 },
      model: { name: 'pgn', filters: [3], lstm: 6 },
      training: { batch: 2, steps: 3, validateEvery: 2, checkpointEvery: 100, ...training },
    },
    'test',
  );

/** Clips of balls, `frames` of them in each split. */
function balls(frames = 30): FrameSource {
  return {
    description: 'balls',
    open: async function* (split) {
      const made = bouncingBalls(Random.for(1, split), { size: SIZE, frames: Math.max(frames, 1) });
      for (let index = 0; index < frames; index++) {
        const values = made.frames.subarray(index * SIZE * SIZE, (index + 1) * SIZE * SIZE);
        const data = Uint8Array.from(values, (value) => Math.round(value * 255));
        yield { data, width: SIZE, height: SIZE, channels: 1, time: index, index, source: split };
      }
    },
  };
}

interface Start {
  readonly training?: object;
  readonly frames?: number;
  readonly resume?: boolean;
  readonly overwrite?: boolean;
  readonly onEvent?: (event: TrainingEvent) => void;
}

async function start(folder: string, { training, frames, ...options }: Start = {}) {
  const { engine, ...trained } = await trainRun({
    config: pipeline(training),
    source: balls(frames),
    folder,
    ...options,
  });
  await engine.dispose();
  return trained;
}

const temporary = () => mkdtempSync(join(tmpdir(), 'foreframe-runs-'));

/** Every file below a folder with its content. */
function filesIn(folder: string): Record<string, string> {
  const entries = readdirSync(folder, { recursive: true, withFileTypes: true });
  return Object.fromEntries(
    entries
      .filter((entry) => !entry.isDirectory())
      .map((entry) => join(entry.parentPath, entry.name))
      .map((path) => [
        path.slice(folder.length + 1),
        existsSync(path) ? readFileSync(path, 'latin1') : 'link',
      ]),
  );
}

function put(folder: string, files: Readonly<Record<string, string>>): void {
  for (const [name, text] of Object.entries(files)) {
    mkdirSync(join(folder, name, '..'), { recursive: true });
    writeFileSync(join(folder, name), text);
  }
}

describe("a person's folder", () => {
  const names = ['samples', 'events', 'checkpoints'];
  const ownFiles = fc.dictionary(
    fc.constantFrom(
      ...[
        'metrics.jsonl',
        'evaluation.json',
        'report.html',
        'notes.txt',
        'config.yaml',
        '.git/HEAD',
        'run.json',
      ],
      ...names.map((name) => `${name}/mine.png`),
      ...['checkpoints/last.safetensors', 'events/events.out.tfevents.1.me.2'],
    ),
    fc.constantFrom('', 'text', '{}', 'model: {}', '{"format": 1}'),
    { minKeys: 1, maxKeys: 4 },
  );

  it('is never written to, whatever it holds', async () => {
    await fc.assert(
      fc.asyncProperty(ownFiles, fc.boolean(), fc.boolean(), async (files, overwrite, resume) => {
        const folder = temporary();
        put(folder, files);
        const before = filesIn(folder);
        const refused = start(folder, { overwrite, resume: resume && !('config.yaml' in files) });
        await expect(refused).rejects.toThrow(/^\S+ holds other things than a run of foreframe, such as /);
        await expect(RunFolder.create(folder, pipeline(), {}, { overwrite })).rejects.toThrow(
          'holds other things',
        );
        expect(filesIn(folder)).toEqual(before);
        expect(existsSync(join(folder, '.lock'))).toBe(false);
      }),
      { numRuns: 40, seed: 16 },
    );
  });

  it('keeps its own files inside a run that is replaced, and those behind links', async () => {
    const folder = join(temporary(), 'run');
    await start(folder);
    const own = {
      'samples/mine.png': 'a',
      'notes.txt': 'b',
      'events/mine': 'c',
      'checkpoints/first.safetensors': 'd',
    };
    put(folder, own);
    const target = join(temporary(), 'metrics.jsonl');
    writeFileSync(target, 'elsewhere\n');
    rmSync(join(folder, 'metrics.jsonl'));
    symlinkSync(target, join(folder, 'metrics.jsonl'));
    await start(folder, { overwrite: true });
    expect(filesIn(folder)).toMatchObject(own);
    expect(readFileSync(target, 'utf8')).toBe('elsewhere\n');
    expect(readdirSync(join(folder, 'events'))).toHaveLength(2);

    // A folder that is a link: what is behind it may be anybody's.
    const elsewhere = join(temporary(), 'checkpoints');
    renameSync(join(folder, 'checkpoints'), elsewhere);
    symlinkSync(elsewhere, join(folder, 'checkpoints'));
    const before = filesIn(elsewhere);
    await expect(start(folder, { overwrite: true })).rejects.toThrow(/checkpoints is a link/);
    expect(filesIn(elsewhere)).toEqual(before);
  });

  it('is safe from a marker that names other files', async () => {
    const folder = join(temporary(), 'run');
    await start(folder);
    put(folder, { '../precious': 'a', 'deep/er/b': 'b' });
    const marker = JSON.parse(readFileSync(join(folder, 'run.json'), 'utf8')) as { files: string[] };
    const files = [...marker.files, '../precious', '..', '/', '*', 'deep/er/b', 'deep/../../precious'];
    writeFileSync(join(folder, 'run.json'), JSON.stringify({ ...marker, files }));
    await start(folder, { overwrite: true });
    expect(readFileSync(join(folder, '../precious'), 'utf8')).toBe('a');
    expect(readFileSync(join(folder, 'deep/er/b'), 'utf8')).toBe('b');
  });
});

describe('a pipeline', () => {
  it.each(['.', '..', '', 'a/b', '/', '../x', 'a\\b', 'a\0b', ' '])('is not called %j', (name) => {
    expect(() => checkConfig({ ...pipeline(), name }, 'test')).toThrow(/name: letters, digits/);
  });
});

describe('a start that comes to nothing', () => {
  it.each([
    ['too few frames', { frames: 2 }, /too short for one batch/],
    ['no number at once', { training: { learningRate: 1e30 } }, /not a number any more/],
    [
      'a model to start from that is not there',
      { training: { startFrom: 'nowhere' } },
      /no run folder nowhere/,
    ],
  ])('for %s leaves what was there, and is repeated without a word', async (_, trouble, message) => {
    const above = temporary();
    const folder = join(above, 'new', 'run');
    const failing = { training: { checkpointEvery: 100 }, ...trouble };
    await expect(start(folder, failing)).rejects.toThrow(message);
    // Steps that were logged may say why.
    const logged = existsSync(join(folder, 'metrics.jsonl'));
    if (!logged) expect(readdirSync(above)).toEqual([]);
    expect(await start(folder)).toMatchObject({ position: { step: 3 } });

    // An empty folder of a person's stays, and so does a run that was to be replaced where nothing began.
    const empty = temporary();
    await expect(start(empty, { frames: 2 })).rejects.toThrow(/too short/);
    expect(readdirSync(empty)).toEqual([]);
    const before = filesIn(folder);
    await expect(start(folder, { overwrite: true, training: { startFrom: 'nowhere' } })).rejects.toThrow(
      'nowhere',
    );
    expect(filesIn(folder)).toEqual(before);
  });

  it('and was killed at any instant is repeated without a word, and says so to --resume', async () => {
    const whole = join(temporary(), 'run');
    await start(whole);
    const files = filesIn(whole);
    const dead = `{"token": "dead", "pid": 4194304, "host": ${JSON.stringify(hostname())}}\n`;
    const temporaryName = (name: string) => `${name}.4194304-1-00000000-00000000.tmp`;
    const old = { 'environment.json': '{"foreframe": "0.1.0"}' };
    const order: Record<string, string>[] = [
      {},
      { '.lock': dead },
      { '.lock': dead, '.lock.dead.next': dead, '.lock.x.new': '' },
      { '.lock': dead, [temporaryName('run.json')]: '{"for' },
      { '.lock': dead, 'run.json': required(files, 'run.json') },
      { 'run.json': required(files, 'run.json'), 'environment.json': required(files, 'environment.json') },
      { 'run.json': required(files, 'run.json'), [temporaryName('config.yaml')]: 'name' },
      { 'run.json': required(files, 'run.json'), 'config.yaml': required(files, 'config.yaml'), ...old },
      {
        'run.json': required(files, 'run.json'),
        'config.yaml': required(files, 'config.yaml'),
        ...old,
        'metrics.jsonl': '{"st',
      },
      // Of the first edition, which had no marker.
      old,
      { ...old, 'config.yaml': required(files, 'config.yaml') },
    ];
    for (const state of order) {
      for (const resume of 'config.yaml' in state || '.lock' in state ? [false, true] : [false]) {
        const folder = temporary();
        for (const name of ['checkpoints', 'events', 'samples']) mkdirSync(join(folder, name));
        put(folder, state);
        put(folder, { 'checkpoints/last.safetensors.77.tmp': 'of the first edition' });
        if (Object.keys(state).length === 0 || !('run.json' in state || 'environment.json' in state))
          for (const name of ['checkpoints', 'events', 'samples'])
            rmSync(join(folder, name), { recursive: true });
        if ('environment.json' in state && !('run.json' in state) && !('config.yaml' in state))
          rmSync(join(folder, 'checkpoints/last.safetensors.77.tmp'));
        expect(await start(folder, { resume }), JSON.stringify(Object.keys(state))).toMatchObject({
          position: { step: 3 },
        });
        expect(Object.keys(filesIn(folder)).filter((name) => /\.tmp$|lock/.test(name))).toEqual([]);
        expect(readMetrics(join(folder, 'metrics.jsonl'))).toHaveLength(5);
      }
    }
    const none = temporary();
    await expect(RunFolder.open(none)).rejects.toThrow(
      /was stopped before it began: start it again without --resume/,
    );
  });
});

describe('a run folder in which a file is a pipe or a device', () => {
  it.each([
    'config.yaml',
    'environment.json',
    'metrics.jsonl',
    'evaluation.json',
    'checkpoints/last.safetensors',
  ])('is not read: %s', async (name) => {
    const run = temporary();
    mkdirSync(join(run, 'checkpoints'));
    writeFileSync(join(run, 'config.yaml'), 'name: x');
    rmSync(join(run, name), { force: true });
    // Of one that never ends, such as /dev/zero, all would be read.
    symlinkSync('/dev/null', join(run, name));
    await expect(RunFolder.open(run)).rejects.toThrow(
      `cannot read ${join(run, name)}: it is a pipe or a device, not a file`,
    );
  });
});

it('a run folder in which a link leads nowhere is not written to, and the link is named', async () => {
  const run = join(temporary(), 'run');
  await RunFolder.create(run, pipeline(), {});
  rmSync(join(run, 'events'), { recursive: true });
  symlinkSync(join(run, 'nowhere'), join(run, 'events'));
  await expect(RunFolder.create(run, pipeline(), {})).rejects.toThrow(
    `cannot write ${join(run, 'events')}: it is a link that leads nowhere`,
  );
});

describe('a run that is finished', () => {
  it.each([
    ['with its steps', { steps: 3 }, { steps: 4 }],
    ['with a pass', { steps: undefined, epochs: 1 }, { steps: undefined, epochs: 2 }],
    ['with its time', { steps: undefined, seconds: 1e-6 }, { steps: undefined, seconds: 1e-6, epochs: 1 }],
  ])('%s is not touched by --resume, and goes on with more', async (_, training, more) => {
    const folder = join(temporary(), 'run');
    const { position } = await start(folder, { training });
    const before = filesIn(folder);
    const events: string[] = [];
    const again = await start(folder, { training, resume: true, onEvent: ({ kind }) => events.push(kind) });
    expect(again.position).toEqual(position);
    expect(events).toEqual(['finished']);
    expect(filesIn(folder)).toEqual(before);
    if ('seconds' in more) return;
    const longer = await start(folder, { training: more, resume: true });
    expect(longer.position.step).toBeGreaterThan(position.step);
    const validated = readMetrics(join(folder, 'metrics.jsonl')).filter(
      ({ validation }) => validation !== undefined,
    );
    expect(validated.map(({ step }) => step)).toEqual([...new Set(validated.map(({ step }) => step))]);
  });
});

describe('a run that is being trained', () => {
  it('is refused to a second process, and stops when another has taken it over', async () => {
    const folder = join(temporary(), 'run');
    const refused: unknown[] = [];
    const other = { token: 'other', pid: 7, host: 'elsewhere' };
    const taken = start(folder, {
      training: { steps: 1000, checkpointEvery: 1 },
      onEvent: (event) => {
        if (event.kind !== 'step' || event.position.step !== 3) return;
        for (const options of [{ resume: true }, { overwrite: true }, {}])
          refused.push(start(folder, options).catch((error: unknown) => (error as Error).message));
        setTimeout(() => writeFileSync(join(folder, '.lock'), `${JSON.stringify(other)}\n`), 300);
      },
    });
    await expect(taken).rejects.toThrow(/was taken over by process 7 on elsewhere.*without writing$/);
    const messages = await Promise.all(refused);
    expect(messages).toHaveLength(3);
    expect(messages.join('\n')).toMatch(new RegExp(`is being written by process ${process.pid}: wait`));
    expect(messages[2]).toMatch(/is being written|already holds a run/);
    // The lock of the other one stays.
    expect(readFileSync(join(folder, '.lock'), 'utf8')).toContain('elsewhere');
  });
});
