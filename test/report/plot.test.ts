import { parseHTML } from 'linkedom';
import sharp from 'sharp';
import { describe, expect, it } from 'vitest';
import { logTicks } from '../../src/report/logTicks.js';
import { linePlot } from '../../src/report/plot.js';
import type { CurvePlot, Point } from '../../src/report/reportData.js';
import { thin } from '../../src/report/thin.js';

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

function elements(svg: string, selector: string) {
  const { document } = parseHTML(`<!doctype html><html><body>${svg}</body></html>`);
  return [...document.querySelectorAll(selector)];
}
const texts = (svg: string) => elements(svg, 'text').map(({ textContent }) => textContent);
const drawnLines = (svg: string) =>
  elements(svg, '[aria-label=line] path').map((path) => path.getAttribute('d')!);

describe('linePlot', () => {
  it('draws a line for each series, dots for a short one, and names each at its end', () => {
    const svg = linePlot(curves);
    expect(drawnLines(svg)).toHaveLength(2);
    expect(drawnLines(svg)[0]!.split(/[ML]/)).toHaveLength(51);
    expect(elements(svg, '[aria-label=dot] circle')).toHaveLength(3);
    expect(texts(svg)).toEqual(
      expect.arrayContaining(['training', 'copy last frame', 'step', 'mean squared error']),
    );
  });

  it('describes the curves in words', () => {
    const label = elements(linePlot(curves), 'svg[role=img]')[0]!.getAttribute('aria-label');
    expect(label).toBe(
      'Loss: mean squared error against step. training: from 1 at 1 to 0.0200 at 50, lowest 0.0200. ' +
        'copy last frame: from 0.500 at 1 to 0.500 at 3, lowest 0.500.',
    );
  });

  it('gives the same drawing for the same curves, and one that other programs read', async () => {
    const svg = linePlot(curves);
    expect(linePlot(curves)).toBe(svg);
    const { width, height } = await sharp(Buffer.from(svg)).metadata();
    expect([width, height]).toEqual([760, 330]);
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
    expect(texts(svg)).toContain('</text><script>alert(1)</sc…');
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
