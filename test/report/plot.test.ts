import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { CurvePlot, Point } from '../../src/report/parts/reportData.js';
import { logTicks } from '../../src/report/plots/logTicks.js';
import { linePlot } from '../../src/report/plots/plot.js';
import { smoothed } from '../../src/report/plots/smooth.js';
import { thin } from '../../src/report/plots/thin.js';
import { expectPicture } from '../pictureSnapshot.js';
import { elements, texts, withoutLetters } from './drawings.js';

const line = (count: number, f: (x: number) => number): Point[] =>
  Array.from({ length: count }, (_, i) => ({ x: i + 1, y: f(i + 1) }));

const curves: CurvePlot = {
  title: 'Loss',
  xLabel: 'step',
  yLabel: 'mean squared error',
  series: [
    { name: 'training', points: line(50, (x) => 1 / x) },
    { name: 'copy last frame', points: line(3, () => 0.5) },
  ],
};

const drawnLines = (svg: string) =>
  elements(svg, '[aria-label=line] path').map((path) => path.getAttribute('d')!);

describe('linePlot', () => {
  it('draws a line for each series, dots for a short one, and names each in a key', () => {
    const svg = linePlot(curves);
    expect(drawnLines(svg)).toHaveLength(2);
    expect(drawnLines(svg)[0]!.split(/[ML]/)).toHaveLength(51);
    expect(elements(svg, '[aria-label=dot] circle')).toHaveLength(3);
    expect(texts(svg)).toEqual(
      expect.arrayContaining(['training', 'copy last frame', 'step', 'mean squared error']),
    );
  });

  it('keeps names in the key apart and within the drawing, however many there are', () => {
    const names = Array.from({ length: 9 }, (_, i) => `predictor of the kind ${i}`);
    const svg = linePlot({ ...curves, series: names.map((name) => ({ name, points: line(3, (x) => x) })) });
    const [width, height] = elements(svg, 'svg')[0]!.getAttribute('viewBox')!.split(' ').slice(2).map(Number);
    const placed = elements(svg, 'text[font-weight]').map((text) => ({
      x: Number(text.getAttribute('x')),
      y: Number(text.getAttribute('y')),
    }));
    expect(placed).toHaveLength(9);
    for (const { x, y } of placed) {
      expect(x + names[0]!.length * 7.4).toBeLessThan(width!);
      expect(y).toBeLessThan(height! / 2);
    }
    expect(new Set(placed.map(({ x, y }) => `${x} ${y}`)).size).toBe(9);
  });

  it('gives a series the colour that it asks for, whatever stands beside it', () => {
    const points = line(3, (x) => x);
    const strokes = (colours: (number | undefined)[]) =>
      elements(
        linePlot({ ...curves, series: colours.map((colour, i) => ({ name: `${i}`, points, colour })) }),
        '[aria-label=line] path, [aria-label=line]',
      ).flatMap((path) => path.getAttribute('stroke') ?? []);
    expect(strokes([2])).toEqual([strokes([undefined, undefined, undefined])[2]]);
    expect(new Set(strokes([0, 1, 2, 3, 4, 5])).size).toBe(6);
  });

  it('counts whole numbers as they are, a single one too', () => {
    const ticks = (count: number) =>
      texts(linePlot({ ...curves, series: [{ name: 'a', points: line(count, () => 1) }] }));
    expect(ticks(3)).toEqual(expect.arrayContaining(['1', '2', '3']));
    const alone = linePlot({ ...curves, series: [{ name: 'a', points: [{ x: 40, y: 1 }] }] });
    expect(texts(alone)).toContain('40');
  });

  it('looks as accepted', async () => {
    const noisy = line(120, (x) => (1 + (x % 7) / 3) / x);
    const level = (y: number) => [1, 120].map((x) => ({ x, y }));
    const svg = linePlot({
      ...curves,
      logY: true,
      series: [
        { name: 'training', points: smoothed(noisy).points, raw: noisy, colour: 5 },
        { name: 'model', points: [30, 60, 90, 120].map((x) => ({ x, y: 1.5 / x, low: 1 / x, high: 2 / x })) },
        { name: 'copy-last', points: level(0.5) },
        { name: 'linear', points: level(0.2) },
      ],
    });
    await expectPicture(await withoutLetters(svg), 'curves', { each: 16, share: 0.0003 });
  });

  it('describes the curves in words', () => {
    const label = elements(linePlot(curves), 'svg[role=img]')[0]!.getAttribute('aria-label');
    expect(label).toBe(
      'Loss: mean squared error against step. training: from 1 at 1 to 0.0200 at 50, lowest 0.0200. ' +
        'copy last frame: from 0.500 at 1 to 0.500 at 3, lowest 0.500.',
    );
  });

  it('breaks a line at what a logarithmic axis cannot show', () => {
    const points = line(9, (x) => (x === 3 ? Number.NaN : x === 6 ? 0 : 10 ** -x));
    const svg = linePlot({ ...curves, logY: true, series: [{ name: 'a', points }] });
    expect(drawnLines(svg)[0]!.match(/M/g)).toHaveLength(3);
    expect(svg).not.toMatch(/NaN|Infinity|undefined/);
  });

  it.each<[string, Point[]]>([
    ['no points', []],
    ['one point', line(1, () => 3)],
    ['a constant', line(5, () => 0)],
    ['nothing that can be drawn', line(3, () => Number.NaN)],
    ['nothing positive', line(3, () => -1)],
    ['infinite places', [{ x: Number.POSITIVE_INFINITY, y: 1 }]],
  ])('draws a series of %s', (_, points) => {
    for (const logY of [true, false]) {
      const svg = linePlot({ ...curves, logY, series: [{ name: 'a', points }] });
      expect(svg).not.toMatch(/NaN|Infinity|undefined/);
      expect(texts(svg).includes('no values')).toBe(!points.some(({ x, y }) => Number.isFinite(x + y)));
    }
    expect(linePlot({ ...curves, series: [] })).toContain('<svg');
  });

  it.each([0.000554, 1, 0.9, 123.4])('draws a level line at %d, with ticks that can be read', (y) => {
    for (const logY of [true, false]) {
      const points = line(2, () => y).map(({ x }) => ({ x: x / 1000, y, low: y, high: y }));
      const svg = linePlot({ ...curves, logY, series: [{ name: 'a', points }] });
      const ticks = texts(svg, '[aria-label="y-axis tick label"] text') as string[];
      expect(ticks.length).toBeGreaterThan(2);
      for (const tick of ticks) expect(tick.length, tick).toBeLessThanOrEqual(6);
      expect(texts(svg, '[aria-label="x-axis tick label"] text').at(-1)).toBe('0.002');
      // A deviation of 0 has no height.
      for (const rule of elements(svg, '[aria-label=rule] line'))
        expect(rule.getAttribute('y1')).toBe(rule.getAttribute('y2'));
    }
  });

  it('stays small for a long run, and keeps its highest spike', () => {
    const points = line(100_000, (x) => (x === 51_234 ? 99 : Math.sin(x)));
    expect(linePlot({ ...curves, series: [{ name: 'a', points }] }).length).toBeLessThan(60_000);
    const kept = thin(points, 1200);
    expect(kept).toContainEqual({ x: 51_234, y: 99 });
    expect([kept[0], kept.at(-1)]).toEqual([points[0], points.at(-1)]);
    expect(kept.map(({ x }) => x)).toEqual(kept.map(({ x }) => x).sort((a, b) => a - b));
  });

  it('shortens long names and keeps markup in them as text', () => {
    const hostile = '</text><script>alert(1)</script> "quoted" & very long indeed';
    const svg = linePlot({
      ...curves,
      title: hostile,
      series: [{ name: hostile, points: line(2, (x) => x) }],
    });
    expect(elements(svg, 'script')).toEqual([]);
    expect(texts(svg)).toContain('</text><script>alert(1)</script> …');
    expect(elements(svg, 'svg')[0]!.getAttribute('aria-label')).toContain(hostile);
  });
});

describe('logTicks', () => {
  it('chooses round values', () => {
    expect(logTicks(0.002, 0.09)).toEqual([0.002, 0.005, 0.01, 0.02, 0.05]);
    expect(logTicks(1e-6, 1)).toEqual([1e-6, 1e-5, 1e-4, 1e-3, 0.01, 0.1, 1]);
    expect(logTicks(1e-20, 1)).toEqual([1e-20, 1e-17, 1e-14, 1e-11, 1e-8, 1e-5, 0.01]);
    expect(logTicks(0.021, 0.034)).toBe(6);
    expect(logTicks(1, 1)).toBe(6);
  });
});

describe('smoothed', () => {
  it('leaves a straight line and a short curve as they are', () => {
    const straight = line(100, (x) => 2 * x);
    const { points, over } = smoothed(straight);
    expect(over).toBe(7);
    for (const [at, { x, y }] of points.entries()) if (at >= 3 && at < 97) expect(y).toBeCloseTo(2 * x, 9);
    expect(smoothed(line(30, (x) => x % 2))).toEqual({ points: line(30, (x) => x % 2), over: 1 });
  });

  it('takes noise away without a lag', () => {
    const step = line(400, (x) => (x <= 200 ? 1 : 0) + (x % 2 ? 0.2 : -0.2));
    const { points } = smoothed(step);
    expect(points[99]!.y).toBeCloseTo(1, 1);
    expect(points[299]!.y).toBeCloseTo(0, 1);
    expect(points.findIndex(({ y }) => y < 0.5)).toBeGreaterThan(195);
    expect(points.findIndex(({ y }) => y < 0.5)).toBeLessThan(206);
  });

  it('stays between the lowest and the highest, keeps gaps, and gaps count for nothing', () => {
    const value = fc.oneof(fc.double({ min: 0, max: 10, noNaN: true }), fc.constant(Number.NaN));
    fc.assert(
      fc.property(fc.array(value, { minLength: 40, maxLength: 200 }), (values) => {
        const { points } = smoothed(values.map((y, x) => ({ x, y })));
        const shown = values.filter(Number.isFinite);
        points.forEach(({ x, y }, at) => {
          expect(x).toBe(at);
          expect(Number.isNaN(y)).toBe(Number.isNaN(values[at]));
          if (Number.isNaN(y)) return;
          expect(y).toBeGreaterThanOrEqual(Math.min(...shown) - 1e-9);
          expect(y).toBeLessThanOrEqual(Math.max(...shown) + 1e-9);
        });
      }),
    );
  });
});
