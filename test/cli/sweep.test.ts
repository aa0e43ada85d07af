import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import fc from 'fast-check';
import { beforeAll, describe, expect, it } from 'vitest';
import { type SweepOptions, sweep } from '../../src/index.js';
import { readMetrics } from '../../src/runs/metricsLog.js';
import { runsOf } from '../../src/sweep/plan.js';
import { quickFfmpeg } from '../video/codedVideo.js';
import { testVideo } from '../video/makeVideo.js';
import { foreframe, temporaryFolder } from './foreframe.js';
import { keptForeframe } from './keptForeframe.js';

quickFfmpeg();

const kept = keptForeframe('one-thread');
const folder = temporaryFolder();
const at = (name: string) => join(folder, name);
const small = [
  ...['training.seconds=null', 'training.steps=24', 'training.checkpointEvery=7'],
  ...[
    'training.validateEvery=12',
    'training.validationBatches=1',
    'model={name: conv-lstm, channels: [4]}',
    'threads=1',
  ],
  ...['data.width=16', 'data.height=16', 'data.shuffle=8', 'data.steps=4', 'evaluation.horizon=4'],
];
const words = (out: string, ...more: string[]) => [
  ...['sweep', 'video', at('my.mp4'), '--out', at(out), '--seeds', '3'],
  ...small.flatMap((setting) => ['--set', setting]),
  ...['--grid', 'training.batch=2,1e9', ...more],
];
const runs = [2, 1_000_000_000].map((batch) => `batch=${batch}_seed=3`);

interface Answer {
  readonly cells: readonly { readonly settings: object; readonly seeds: number[]; readonly best: boolean }[];
  readonly runs: readonly { readonly failure?: string }[];
}

beforeAll(() => {
  testVideo(at('my.mp4'), 'testsrc=s=32x32:r=10:d=20', '-c:v', 'libx264');
});

/** Once the first run has logged so many steps, a process is sent a signal; to its whole group where the number is negative. */
function stopAfter(steps: number, out: string, stop: (pid: number) => void) {
  return foreframe(words(out, '--jobs', '2'), {
    ownGroup: true,
    onStart: (child) => {
      const timer = setInterval(() => {
        const log = at(join(out, runs[0]!, 'metrics.jsonl'));
        if (!existsSync(log) || readMetrics(log).length < steps) return;
        clearInterval(timer);
        stop(child.pid!);
      }, 5);
    },
  });
}

describe('a sweep', () => {
  it('that is stopped, killed and repeated gives the table of one that ran as jobs of a cluster', async () => {
    const stopped = await stopAfter(3, 'killed', (pid) => process.kill(-pid, 'SIGINT'));
    expect(stopped.code, stopped.stderr).toBe(130);
    expect(stopped.stderr).toMatch(
      /foreframe: stopped; 0 of 2 runs are done, .* go on with the same command/,
    );
    // Its processes ended with it, and saved.
    expect(existsSync(at(join('killed', runs[0]!, '.lock')))).toBe(false);
    expect(existsSync(at(join('killed', runs[0]!, 'checkpoints/last.safetensors')))).toBe(true);
    const killed = await stopAfter(14, 'killed', (pid) => process.kill(pid, 'SIGKILL'));
    expect(killed.signal).toBe('SIGKILL');

    const repeated = await kept(words('killed', '--jobs', '2', '--json'));
    // One batch does not fit into memory. That is said, and ends no other.
    expect(repeated.code).toBe(1);
    expect(repeated.stderr).toMatch(/^foreframe: 1 run of 2 failed: batch=1000000000_seed=3: .*memory/m);

    const file = at('jobs.txt');
    expect((await kept(words('jobs', '--jobs-file', file))).stdout).toContain('2 jobs, one a line');
    expect(existsSync(at('jobs'))).toBe(false);
    const line = 'eval "$(sed -n "$SLURM_ARRAY_TASK_ID"p "$FILE")"';
    const codes = runs.map((_, i) => {
      const env = { ...process.env, SLURM_ARRAY_TASK_ID: `${i + 1}`, FILE: file };
      return once(spawn('sh', ['-c', line], { env, cwd: '/', stdio: 'ignore' }), 'exit');
    });
    expect((await Promise.all(codes)).map(([code]) => code)).toEqual([0, 1]);
    const collected = await kept(words('jobs', '--collect', '--json'));
    expect(collected.code, collected.stderr).toBe(0);

    const [one, other] = [repeated, collected].map(({ stdout }) => JSON.parse(stdout) as Answer);
    expect(one!.cells).toEqual(other!.cells);
    expect(one!.cells.map(({ seeds }) => seeds)).toEqual([[3], []]);
    expect(one!.cells.filter(({ best }) => best)).toHaveLength(1);
    const table = (out: string) =>
      readFileSync(at(`${out}/sweep.csv`), 'utf8')
        .trim()
        .split('\n');
    expect(table('killed').slice(0, 2)).toEqual(table('jobs').slice(0, 2));
    expect(table('killed')[0]).toBe(
      'run,training.batch,seed,status,step,validation,test_mse,test_ssim,test_psnr_db,rollout_mse,reason',
    );
    expect(table('killed')[2]).toMatch(/^batch=1000000000_seed=3,1000000000,3,failed,,,,,,,.*memory/);
    expect(table('jobs')[2]).toMatch(/,missing,/);
    const page = readFileSync(at('killed/sweep.html'), 'utf8');
    // Predictions of the same clips are there too, moving and as strips.
    const shown = 'Each setting by its seed with the lowest validation error (batch 2: seed 3)';
    for (const text of ['best by validation', 'copy-last', 'batch=1000000000_seed=3: ', shown])
      expect(page).toContain(text);
    expect(page.match(/<img [^>]*src="data:image\/(webp|png)/g)!.length).toBeGreaterThanOrEqual(2);
  });

  it('of what is done trains nothing again, and shows what is missing', async () => {
    const files = readdirSync(at('killed'), { recursive: true });
    const again = words('killed').map((word) => word.replace('2,1e9', '2'));
    const repeated = await kept(again);
    expect(repeated.code, repeated.stderr).toBe(0);
    expect(readdirSync(at('killed'), { recursive: true })).toEqual(files);
    expect(repeated.stdout).toMatch(/^2 +1 +[\d.e-]+ .*best by validation\ncopy-last +– /m);
    const more = again.map((word) => word.replace('batch=2', 'batch=2,3'));
    const collected = await kept([...more, '--collect']);
    expect(collected.code, collected.stderr).toBe(0);
    expect(collected.stdout).toMatch(/^3 +0 of 1 +– /m);
    expect(collected.stdout).toContain('1 run has no figures yet: the same command goes on');
    // A folder of another configuration is refused before anything is trained.
    const other = await kept([...again, '--set', 'training.clipNorm=2']);
    expect(other.code).toBe(1);
    expect(other.stderr).toMatch(/^foreframe: .*batch=2_seed=3 was made with another configuration/m);
  });

  it('of classifiers reports their errors', async () => {
    const { code, stdout, stderr } = await kept([
      ...[
        'sweep',
        'classify-mnist-100-labels-nrm',
        '--grid',
        'method={name: supervised}',
        '--out',
        at('images'),
      ],
      ...['--set', 'model={name: cnn, blocks: [{filters: 2}, {filters: 2}]}', '--json'],
      ...['--set', 'training={steps: 2, labelled: 10, unlabelled: 0}', '--set', 'evaluation.batch=1000'],
    ]);
    expect(code, stderr).toBe(0);
    const { cells, figures, kind } = JSON.parse(stdout);
    expect({ kind, figures }).toEqual({ kind: 'images', figures: ['test error %'] });
    expect(cells[0].test['test error %'].mean).toBeGreaterThan(20);
    expect(cells[0].validation.mean).toBeLessThanOrEqual(100);
  });
});

describe('a sweep refuses in one line, before anything is trained', () => {
  const refused = (options: Partial<SweepOptions>) =>
    sweep({ pipeline: 'video', videos: [at('my.mp4')], out: at('refused'), ...options });
  it.each<[Partial<SweepOptions>, RegExp]>([
    [{ grid: ['model.lstm'] }, /^--grid model\.lstm: write key=value,value/],
    [{ grid: ['model.channels='] }, /a value is missing$/],
    [{ grid: ['training.batch=2,'] }, /a value is missing$/],
    [{ grid: ['training.batch=2], [3'] }, /^--grid training\.batch=2], \[3: /],
    [{ grid: ['training.batch=2,2'] }, /the value 2 stands there twice$/],
    [{ grid: ['training.batch=2,"2"'] }, /both written batch=2/],
    [{ grid: ['training.learningRate=.nan'] }, /values are numbers, words, lists or tables$/],
    [{ grid: ['training.batch=2', 'training.batch=3'] }, /^--grid training\.batch stands there twice/],
    [{ grid: ['model={name: pgn}', 'model.lstm=8'] }, /^--grid model would set what another/],
    [{ grid: ['seed=1,2'] }, /name seeds with --seeds 1,2,3$/],
    [{ grid: ['model.lstn=8'] }, /^--grid model\.lstn=8: .*unknown key/],
    [{ grid: ['training.batch=2,0'] }, /^--grid training\.batch=0: training\.batch: Too small/],
    [{ seeds: [1, 1] }, /^--seeds: 1 stands there twice$/],
    [{ seeds: Array.from({ length: 101 }, (_, i) => i), grid: [`training.batch=${seq(100)}`] }, /10100 runs/],
    [{ videos: [] }, /^no video to train on/],
    [{ videos: ['-'] }, /can be read once/],
    [{ pipeline: 'vidoe' }, /did you mean video\?$/],
    [{ jobs: 0 }, /^--jobs 0/],
    [
      { pipeline: 'balls-pgn', videos: [], grid: ['method={name: next-frame},{name: rotation}'] },
      /balls-pgn|rotation/,
    ],
  ])('%j', async (options, message) => {
    const error: Error = await refused(options).then(
      () => Promise.reject(new Error('it was not refused')),
      (reason) => reason,
    );
    expect(error.message).toMatch(message);
    expect(error.message).not.toContain('\n');
    expect(error.name).toBe('UsageError');
    expect(existsSync(at('refused'))).toBe(false);
  });

  it('a folder that holds something else', async () => {
    mkdirSync(at('taken/seed=1'), { recursive: true });
    writeFileSync(at('taken/seed=1/letter.txt'), '');
    await expect(refused({ out: at('taken') })).rejects.toThrow(
      /such as letter\.txt: name another folder with --out/,
    );
    writeFileSync(at('taken/config.yaml'), '');
    await expect(refused({ out: at('taken') })).rejects.toThrow(/is a run folder/);
  });
});

it('names run folders so that each value has its own, whatever other values there are', () => {
  const word = fc.string({ unit: 'grapheme', maxLength: 40 });
  const value = fc.oneof(
    fc.integer(),
    fc.double({ noNaN: true, noDefaultInfinity: true }),
    fc.boolean(),
    word,
  );
  fc.assert(
    fc.property(
      fc.uniqueArray(fc.oneof(value, fc.array(value)), { minLength: 2, maxLength: 6 }),
      (values) => {
        // What JSON does not tell apart, such as -0 and 0, is one value; "1" and 1 are refused together.
        const texts = values.map((each) => (typeof each === 'string' ? each : JSON.stringify(each)));
        fc.pre(new Set(texts).size === values.length);
        fc.pre(!values.some((each) => JSON.stringify(each).includes('-0') || Object.is(each, -0)));
        const namesOf = (all: readonly unknown[]) =>
          runsOf(
            { pipeline: 'video', grid: [`a.b=${all.map((each) => JSON.stringify(each)).join(',')}`] },
            1,
          ).map(({ name }) => name);
        const names = namesOf(values);
        expect(new Set(names).size).toBe(values.length);
        for (const name of names) expect(name).toMatch(/^b=[A-Za-z0-9.+-]{1,40}_seed=1$/);
        expect(namesOf([values[1]])).toEqual([names[1]]);
      },
    ),
  );
});

function seq(count: number): string {
  return Array.from({ length: count }, (_, i) => i + 1).join(',');
}
