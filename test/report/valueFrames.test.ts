import { describe, expect, it } from 'vitest';
import {
  amountFrame,
  enlargeGrid,
  evidenceFrame,
  imageFrame,
  signedFrame,
  type ValueGrid,
} from '../../src/report/frames/valueFrames.js';

const grid = (...values: number[]): ValueGrid => ({ values, height: 1, width: values.length, channels: 1 });

describe('values as images', () => {
  it('shows an image as it is, and cuts what cannot be shown', () => {
    expect([...imageFrame(grid(-1, 0, 0.5, 1, 7)).data]).toEqual([0, 0, 128, 255, 255]);
  });

  it('shows signs about grey', () => {
    expect([...signedFrame(grid(-2, 0, 1)).data]).toEqual([1, 128, 192]);
    expect([...signedFrame(grid(0, 0)).data]).toEqual([128, 128]);
  });

  it('shows amounts from black up, and evidence as red and blue from white', () => {
    const amounts = amountFrame(grid(0, 1, 2));
    const light = [0, 1, 2].map((at) => amounts.data.slice(3 * at, 3 * at + 3).reduce((a, b) => a + b));
    expect(light[0]).toBeLessThan(light[1]!);
    expect(light[1]).toBeLessThan(light[2]!);
    const evidence = evidenceFrame(grid(-3, 0, 3));
    expect(evidence.channels).toBe(3);
    expect([...evidence.data]).toEqual([33, 102, 172, 255, 255, 255, 178, 24, 43]);
    expect([...evidenceFrame(grid(0)).data]).toEqual([255, 255, 255]);
  });

  it('enlarges each value to its part', () => {
    const large = enlargeGrid({ values: [1, 2, 3, 4], height: 2, width: 2, channels: 1 }, 3, 4);
    expect([...Array.from(large.values)]).toEqual([1, 1, 2, 2, 1, 1, 2, 2, 3, 3, 4, 4]);
  });
});
