import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import type { Evaluation } from '../../src/evaluation/evaluateRun.js';
import { probeVideo } from '../../src/video/index.js';
import { ffmpegBuilds } from '../video/codedVideo.js';
import { testVideo } from '../video/makeVideo.js';
import { foreframe, TINY, temporaryFolder } from './foreframe.js';
import { keptForeframe } from './keptForeframe.js';

const folder = temporaryFolder();
const run = join(folder, 'run');
const video = join(folder, 'in.mp4');
const kept = keptForeframe();

describe('the everyday commands, on a video', () => {
  beforeAll(async () => {
    testVideo(video, 'testsrc=size=96x64:rate=25:duration=10');
    const settings = [
      ...TINY,
      '--set',
      'training.steps=12',
      '--set',
      'data.width=24',
      '--set',
      'data.height=16',
    ];
    const trained = await kept([
      'train',
      'pipelines/video.yaml',
      video,
      ...settings,
      '--set',
      'data.color=rgb',
      '--run',
      run,
      '--json',
    ]);
    expect(trained.code, trained.stderr).toBe(0);
    expect(JSON.parse(trained.stdout)).toMatchObject({ run, step: 12 });
  });

  it('train leaves a complete run folder', () => {
    for (const file of [
      'config.yaml',
      'environment.json',
      'metrics.jsonl',
      'checkpoints/last.safetensors',
      'checkpoints/best.safetensors',
    ]) {
      expect(existsSync(join(run, file)), file).toBe(true);
    }
    const environment = JSON.parse(readFileSync(join(run, 'environment.json'), 'utf8')) as Record<
      string,
      unknown
    >;
    expect(environment).toMatchObject({ seed: 1, node: process.version, foreframe: expect.any(String) });
  });

  it('evaluate measures the model beside every baseline', async () => {
    // A device is no size: the answer is kept, and nothing is said about it.
    const { code, stdout, stderr } = await kept(['evaluate', run, '--json', '--device', 'auto']);
    expect(code).toBe(0);
    expect(stderr).not.toContain('not kept');
    const { trained, random } = JSON.parse(stdout) as Evaluation;
    for (const key of ['model', 'copyLast', 'linear'] as const) {
      expect(trained[key].squaredError.mean).toBeGreaterThan(0);
      expect(trained[key].ssim!.mean).toBeLessThan(1);
    }
    expect(random.copyLast).toEqual(trained.copyLast);
    expect(trained.valuesPerFrame).toBe(24 * 16 * 3);
  });

  it('evaluate keeps what the run asks for, not what was asked once', async () => {
    const keptNow = () => readFileSync(join(run, 'evaluation.json'), 'utf8');
    const before = keptNow();
    const { code, stdout, stderr } = await kept(['evaluate', run, '--horizon', '3', '--json']);
    expect(code).toBe(0);
    expect((JSON.parse(stdout) as Evaluation).rollout!.horizon).toBe(3);
    expect(stderr).toContain('not kept');
    expect(keptNow()).toBe(before);
  });

  it('report writes a page that needs nothing but itself', async () => {
    expect(await kept(['report', run])).toMatchObject({ code: 0 });
    const page = readFileSync(join(run, 'report.html'), 'utf8');
    expect(page).toContain('copy-last');
    expect(page).toContain('data:image/png;base64,');
    expect(page).not.toMatch(/(src|href)="https?:/);
  });

  it('predict writes a video of every frame but the first, and goes on past the end', async () => {
    const out = join(folder, 'out.mp4');
    const { code, stdout, stderr } = await kept([
      'predict',
      run,
      video,
      '--horizon',
      '7',
      '--out',
      out,
      '--json',
    ]);
    expect(code, stderr).toBe(0);
    expect(JSON.parse(stdout)).toMatchObject({ out, frames: 250, horizon: 7 });
    const written = await probeVideo(out);
    expect(written.frameCount).toBe(249 + 7);
    expect(written.frameRate).toBeCloseTo(25, 1);
  });

  it('datasets shows a card and a contact sheet; help has examples', async () => {
    const sheet = join(folder, 'sheet.png');
    const { stdout } = await kept(['datasets', 'show', 'bouncing-balls', '--out', sheet]);
    expect(stdout).toContain('licence');
    expect(readFileSync(sheet).subarray(1, 4).toString()).toBe('PNG');
    expect((await kept(['datasets', 'list'])).stdout).toContain('bouncing-balls');
    expect((await foreframe(['--help'])).stdout).toContain('foreframe predict runs/mine');
    expect((await kept(['train', '--help'])).stdout).toContain('Examples:');
  });
});

describe('the demo', () => {
  it.each([
    ['on native TensorFlow', {}],
    // And on the build of ffmpeg that npm carries.
    [
      'on the fallback, with native TensorFlow switched off',
      { FOREFRAME_NATIVE: 'off', ...ffmpegBuilds().at(-1)!.env },
    ],
  ])('finishes %s', async (_, env) => {
    const demo = join(folder, `demo-${Object.keys(env).length}`);
    const { code, stdout, stderr } = await foreframe(
      ['demo', ...TINY, '--set', 'data.clips.frames=40', '--set', 'training.steps=10', '--run', demo],
      { env },
    );
    expect(code, stderr).toBe(0);
    // The table of `evaluate`.
    for (const name of [
      'model',
      'copy-last',
      'linear extrapolation',
      'random weights',
      'SSIM',
      'PSNR',
      '+10',
    ])
      expect(stdout).toContain(name);
    expect(existsSync(join(demo, 'report.html'))).toBe(true);
    expect(existsSync(join(demo, 'prediction.mp4'))).toBe(true);
  });
});
