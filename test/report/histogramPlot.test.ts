import { describe, expect, it } from 'vitest';
import type { HistogramPlot } from '../../src/report/parts/reportData.js';
import { histogramPlot } from '../../src/report/plots/histogramPlot.js';
import { expectPicture } from '../pictureSnapshot.js';
import { elements, texts, withoutLetters } from './drawings.js';

const plot: HistogramPlot = {
  title: 'Likelihood',
  xLabel: 'nats',
  series: [
    { name: 'digits', values: Array.from({ length: 200 }, (_, i) => i % 10) },
    { name: 'fashion', values: Array.from({ length: 50 }, () => 9) },
  ],
};

describe('histogramPlot', () => {
  it('draws the same bars for every group, each with its outline and its name', () => {
    const svg = histogramPlot(plot);
    expect(elements(svg, '[aria-label=rect]')).toHaveLength(2);
    expect(elements(svg, '[aria-label=line] path')).toHaveLength(2);
    expect(texts(svg)).toEqual(expect.arrayContaining(['digits', 'fashion', 'nats', 'images, %']));
    const heights = elements(svg, '[aria-label=rect]').map((group) =>
      Math.max(...[...group.querySelectorAll('rect')].map((bar) => Number(bar.getAttribute('height')))),
    );
    // All of fashion in one bar, a tenth of the digits in each of ten.
    expect(heights[1]! / heights[0]!).toBeCloseTo(10, 1);
  });

  it('says in words what it shows', () => {
    expect(elements(histogramPlot(plot), 'svg[role=img]')[0]!.getAttribute('aria-label')).toBe(
      'Likelihood: shares of images by nats. digits: 200 values from 0 to 9, median 4. ' +
        'fashion: 50 values from 9 to 9, median 9.',
    );
  });

  it('looks as accepted', async () => {
    await expectPicture(await withoutLetters(histogramPlot(plot)), 'histogram', { each: 16, share: 0.0003 });
  });

  it.each<[string, number[]]>([
    ['nothing', []],
    ['one value', [3]],
    ['a constant', [0, 0, 0]],
    ['what is no number', [Number.NaN, Number.POSITIVE_INFINITY]],
  ])('draws %s', (_, values) => {
    const svg = histogramPlot({ ...plot, series: [{ name: 'a', values }] });
    expect(svg).not.toMatch(/NaN|Infinity|undefined/);
    expect(texts(svg).includes('no values')).toBe(!values.some(Number.isFinite));
  });

  it('keeps far values from pressing the others together', () => {
    const values = [...Array.from({ length: 1000 }, (_, i) => i / 100), 1e9];
    const svg = histogramPlot({ ...plot, series: [{ name: 'a', values }] });
    expect(texts(svg)).toContain('4');
  });

  it('keeps markup in names as text', () => {
    const hostile = '</text><script>alert(1)</script>';
    const svg = histogramPlot({
      title: hostile,
      xLabel: hostile,
      series: [{ name: hostile, values: [1, 2] }],
    });
    expect(elements(svg, 'script')).toEqual([]);
    expect(texts(svg)).toContain(hostile);
  });
});
