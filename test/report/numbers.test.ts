import { describe, expect, it } from 'vitest';
import { formatColumn, formatNumber } from '../../src/report/parts/numbers.js';

describe('numbers of a column', () => {
  it.each<[string, number[], string[]]>([
    ['whole numbers by thousands', [0, 12, 2912345], ['0', '12', '2,912,345']],
    ['the same decimals down the column', [0.00123, 0.0109], ['0.00123', '0.01090']],
    ['few digits where one number is tiny', [0.9, 0.0001], ['0.90000', '0.00010']],
    ['an exponent for what would vanish', [0.5, 1e-9, 0], ['0.50000', '1.00e-9', '0.00000']],
    ['large numbers without decimals', [123456.789, 98765.4], ['123,457', '98,765']],
    ['what is not a number', [Number.NaN, Number.NEGATIVE_INFINITY, 1.5], ['NaN', '−∞', '1.50']],
    ['a minus sign', [-0.25, 0.125], ['−0.250', '0.125']],
    ['astronomical sizes', [1e20, 1], ['1.00e+20', '1']],
    ['small errors with three digits', [0.000093, 0.000105], ['0.0000930', '0.0001050']],
    ['nothing', [], []],
  ])('%s', (_, values, texts) => {
    expect(formatColumn(values)).toEqual(texts);
  });

  it('formats one number to three digits', () => {
    expect([0.0123456, 2.999, 1240, 29.13].map(formatNumber)).toEqual(['0.0123', '3.00', '1,240', '29.1']);
  });
});
