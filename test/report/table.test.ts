import { parseHTML } from 'linkedom';
import { describe, expect, it } from 'vitest';
import type { Table } from '../../src/report/reportData.js';
import { renderTable } from '../../src/report/table.js';

const table: Table = {
  caption: 'Errors',
  columns: ['Predictor', 'MSE', 'SSIM', 'Seed'],
  rows: [
    ['network', 0.00123, 0.9, '–'],
    ['copy last', 0.00512, 0.9, 3],
    ['diverged', Number.NaN, 0.1, 4],
  ],
  best: [
    { column: 1, is: 'lowest' },
    { column: 2, is: 'highest' },
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
});
