import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import sharp from 'sharp';
import { beforeAll, describe, expect, it, vi } from 'vitest';
import { predictCommand } from '../../src/cli/predict.js';
import { reportCommand } from '../../src/cli/report/report.js';
import { checkConfig, type Evaluation, readFrames, trainRun, videoSource } from '../../src/index.js';
import type { Frame } from '../../src/video/frame.js';
import { ffmpeg, temporaryFolder } from '../video/makeVideo.js';
import { elements, imagesOf, texts } from './drawings.js';

const folder = temporaryFolder();
const at = (name: string) => join(folder, name);
const run = at('run');
const video = at('my.mp4');

beforeAll(async () => {
  ffmpeg('-f', 'lavfi', '-i', 'testsrc=s=64x48:r=10:d=20', video);
  const config = checkConfig(
    {
      name: 'mine',
      data: { width: 16, height: 12, color: 'rgb', steps: 4, videos: [video] },
      model: { name: 'frame-stack', channels: 4, blocks: 1 },
      training: { batch: 2, steps: 60, validateEvery: 30 },
      evaluation: { horizon: 6 },
    },
    'test',
  );
  const source = await videoSource([video], config.data);
  const { engine } = await trainRun({ config, source, folder: run });
  await engine.dispose();
  vi.spyOn(console, 'log').mockImplementation(() => {});
});

describe('the report of a run', () => {
  let html: string;
  let evaluation: Evaluation;
  beforeAll(async () => {
    await reportCommand(run);
    html = readFileSync(join(run, 'report.html'), 'utf8');
    evaluation = JSON.parse(readFileSync(join(run, 'evaluation.json'), 'utf8'));
  });

  it('begins with a prediction that moves: the true frames, then as many frames ahead as the evaluation has', async () => {
    const [moving] = imagesOf(html);
    const { format, pages } = await sharp(moving, { animated: true }).metadata();
    // Three of four true frames are predicted before the rollout begins with the fifth.
    expect({ format, pages }).toEqual({ format: 'webp', pages: 3 + 6 });
    expect(html.indexOf('class="moving"')).toBeLessThan(html.indexOf('class="summary"'));
    expect(html.indexOf('class="summary"')).toBeLessThan(html.indexOf('<h2>'));
  });

  it('has one unit: errors per pixel value are those of the evaluation, and no squared error per frame', () => {
    const rows = elements(html, '.table')[0]!.querySelectorAll('tbody tr');
    expect([...rows].map((row) => row.querySelector('th')!.textContent)).toEqual([
      'MSE per pixel value',
      'MAE per pixel value',
      'PSNR dB',
      'SSIM',
      'sharpness dB',
      'gradient ratio',
    ]);
    const shown = (row: number) =>
      Number(rows[row]!.querySelector('td')!.textContent!.match(/^[\d.]+(e-\d+)?/)![0]);
    const { model } = evaluation.trained;
    expect(shown(0) / model.meanSquaredError.mean).toBeCloseTo(1, 1);
    expect(shown(1) / model.meanAbsoluteError.mean).toBeCloseTo(1, 1);
    expect(model.squaredError.mean / model.meanSquaredError.mean).toBeCloseTo(16 * 12 * 3, 3);
    expect(texts(html, '.facts').join(' ')).toContain('times 576 they are squared errors per frame');
    const course = elements(html, 'svg').find((svg) => svg.getAttribute('aria-label')!.startsWith('Course'))!;
    const copyLast = /copy-last: from ([\d.]+)/.exec(course.getAttribute('aria-label')!)!;
    expect(Number(copyLast[1]) / evaluation.trained.copyLast.meanSquaredError.mean).toBeGreaterThan(0.3);
    expect(Number(copyLast[1]) / evaluation.trained.copyLast.meanSquaredError.mean).toBeLessThan(3);
  });

  it('gives a predictor the same colour in every plot', () => {
    const colours = new Map<string, Set<string>>();
    for (const text of elements(html, 'svg text[font-weight]')) {
      const name = text.textContent!.replace(', validation', '');
      colours.set(name, (colours.get(name) ?? new Set()).add(text.getAttribute('fill')!));
    }
    expect([...colours.keys()].sort()).toEqual(['copy-last', 'linear', 'model', 'training loss']);
    for (const found of colours.values()) expect(found.size).toBe(1);
    expect(new Set([...colours.values()].flatMap((each) => [...each])).size).toBe(4);
  });

  it('smooths the loss, and shows what was smoothed behind it', () => {
    expect(html).toContain('means over 5 steps; pale ones behind: every step');
    expect(elements(html, '[stroke-opacity="0.35"] path')).toHaveLength(1);
  });

  it('shows several examples, each with copy-last, a scale of errors, and a drawing for narrow screens', () => {
    const titles = elements(html, 'picture').map(
      (each) => each.parentElement!.querySelector('h3')!.textContent,
    );
    expect(titles).toEqual([
      'Next frame, example 1 of 2',
      'Next frame, example 2 of 2',
      'Rollout, example 1 of 2',
      'Rollout, example 2 of 2',
    ]);
    // The animation has its scale inside.
    expect(elements(html, '.scale').length).toBe(titles.length);
  });
});

describe('the video of a prediction', () => {
  it('ends with striped panels where there is no truth, and the errors before them are drawn', async () => {
    const out = at('out.mp4');
    const short = at('short.mp4');
    ffmpeg('-f', 'lavfi', '-i', 'testsrc=s=64x48:r=10:d=3', short);
    await predictCommand(run, short, { horizon: 3, out });
    const frames: Frame[] = [];
    for await (const frame of readFrames(out, { width: 608, height: 456, color: 'grey' })) frames.push(frame);
    expect(frames).toHaveLength(29 + 3);
    // The error of copy-last stands below on the right.
    const levels = (index: number) => {
      const { data, width, height } = frames[index]!;
      const [left, top] = [Math.ceil(width * 0.7), Math.ceil(height * 0.6)];
      return Array.from(
        { length: 40 * 40 },
        (_, i) => data[(top + Math.floor(i / 40)) * width + left + (i % 40)]!,
      );
    };
    const spread = (values: number[]) => Math.max(...values) - Math.min(...values);
    for (const index of [29, 30, 31]) {
      expect(Math.min(...levels(index))).toBeGreaterThan(30);
      expect(spread(levels(index))).toBeGreaterThan(5);
    }
    expect(Math.min(...levels(28))).toBeLessThan(20);
  });
});
