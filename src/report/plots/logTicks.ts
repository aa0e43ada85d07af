/**
 * Round values for a logarithmic axis from `low` to `high`, both positive: 1, 2 and 5 times the powers of ten; every so many
 * powers of ten where those are too many; a number of ticks, for the plot to choose, where they are too few.
 */
export function logTicks(low: number, high: number): number | number[] {
  const [first, last] = [Math.floor(Math.log10(low)), Math.ceil(Math.log10(high))];
  const stride = Math.max(1, Math.ceil((last - first) / 8));
  const steps = last - first > 4 ? [1] : [1, 2, 5];
  const ticks: number[] = [];
  for (let power = first; power <= last; power += stride) {
    // Written as a decimal and read back, which rounds better than a product of powers.
    for (const step of steps) ticks.push(Number(`${step}e${power}`));
  }
  const inside = ticks.filter((tick) => tick >= low && tick <= high);
  return inside.length >= 3 ? inside : 6;
}
