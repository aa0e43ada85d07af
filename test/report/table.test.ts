import { parseHTML } from 'linkedom';
import { describe, expect, it } from 'vitest';
import type { Table } from '../../src/report/parts/reportData.js';
import { renderTable } from '../../src/report/parts/table.js';

const table: Table = {
  caption: 'Errors',
  columns: ['Predictor', 'MSE', 'SSIM', 'Seed'],
  rows: [
    ['network', 0.00123, 0.9, '–'],
    ['copy last', 0.00512, 0.9, 3],
    ['diverged', Number.NaN, 0.1, 4],
  ],
  best: [
    { at: 1, is: 'lowest' },
    { at: 2, is: 'highest' },
  ],
  note: 'Lower is better.',
};

function cells(html: string, selector: string): (string | null)[] {
  const { document } = parseHTML(`<!doctype html><html><body>${html}</body></html>`);
  return [...document.querySelectorAll(selector)].map((cell) => cell.textContent);
}

describe('renderTable', () => {
  const html = renderTable(table);

  it('heads rows and columns, and says what it shows', () => {
    expect(cells(html, 'thead th[scope=col]')).toEqual(table.columns);
    expect(cells(html, 'tbody th[scope=row]')).toEqual(['network', 'copy last', 'diverged']);
    expect(cells(html, 'caption')).toEqual(['Errors']);
    expect(cells(html, '.note')).toEqual(['Lower is better.']);
  });

  it('sets columns that hold a number to the right', () => {
    expect(cells(html, 'thead .number')).toEqual(['MSE', 'SSIM', 'Seed']);
    expect(cells(html, 'td.number')).toHaveLength(9);
  });

  it('marks the best numbers, ties too, in words as well as in bold', () => {
    expect(cells(html, 'strong')).toEqual(['0.00123 (best)', '0.900 (best)', '0.900 (best)']);
  });

  it('calls nothing the best of one', () => {
    expect(renderTable({ ...table, rows: [['alone', 1, 1, 1]] })).not.toContain('<strong>');
  });

  it('fills rows that are too short', () => {
    expect(cells(renderTable({ ...table, rows: [['short']] }), 'tbody td')).toEqual(['', '', '']);
  });

  it('compares along rows where numbers of one kind stand there, each with its deviation', () => {
    const across: Table = {
      caption: 'Errors',
      columns: ['', 'model', 'copy-last'],
      rows: [
        ['MSE', { value: 0.00388, deviation: 0.00107 }, { value: 0.01307, deviation: 0.00062 }],
        ['SSIM', { value: 0.897, deviation: 0.0181 }, { value: Number.NaN }],
        ['PSNR', { value: 25.9 }, 18.9],
      ],
      alike: 'rows',
      best: [
        { at: 0, is: 'lowest' },
        { at: 2, is: 'highest' },
      ],
    };
    const html = renderTable(across);
    expect(cells(html, 'td')).toEqual([
      '0.00388 (best) ±\u00a00.0011',
      '0.01307 ±\u00a00.00062',
      '0.897 ±\u00a00.018',
      'NaN',
      '25.9 (best)',
      '18.9',
    ]);
    expect(cells(html, 'strong')).toHaveLength(2);
  });

  it('names each value where its columns are given up for a list, and does so the sooner the more room it needs', () => {
    const { document } = parseHTML(`<html><body>${html}</body></html>`);
    expect(
      [...document.querySelectorAll('td')].slice(0, 3).map((cell) => cell.getAttribute('data-name')),
    ).toEqual(['MSE', 'SSIM', 'Seed']);
    const needs = (columns: number, word: string) =>
      Number(
        /needs-(\d+)/.exec(
          renderTable({
            caption: '',
            columns: new Array(columns).fill('a'),
            rows: [new Array(columns).fill(word)],
          }),
        )![1],
      );
    // A phone has 22 rem: three short columns stay, five long ones do not.
    expect(needs(3, '0.0123')).toBe(22);
    expect(needs(5, '0.00123456')).toBeGreaterThan(22);
    expect(needs(12, 'extrapolation')).toBeGreaterThan(57);
    // Ten classes against ten stay a square.
    expect(needs(11, '980')).toBe(22);
    // Words that a line can break count one by one.
    expect(needs(4, 'one two three four five six')).toBe(22);
  });
});
