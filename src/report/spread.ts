/**
 * Positions moved apart so that neighbours are at least `gap` apart within [`low`, `high`], moved no further than needed, their
 * order kept. Where there is not room for all, they stand as far apart as the room allows.
 */
export function spread(wanted: readonly number[], gap: number, low: number, high: number): number[] {
  const step = Math.min(gap, (high - low) / Math.max(1, wanted.length - 1));
  const order = wanted.map((_, at) => at).sort((a, b) => wanted[a]! - wanted[b]! || a - b);
  // Labels that touch form a block, which stands where its members want to be on average.
  const blocks: { members: number[]; top: number }[] = [];
  for (const at of order) {
    let block = place([at]);
    for (
      let above = blocks.at(-1);
      above && above.top + above.members.length * step > block.top;
      above = blocks.at(-1)
    ) {
      blocks.pop();
      block = place([...above.members, ...block.members]);
    }
    blocks.push(block);
  }
  const placed = new Array<number>(wanted.length);
  for (const { members, top } of blocks) {
    members.forEach((at, rank) => {
      placed[at] = top + rank * step;
    });
  }
  return placed;

  function place(members: number[]): { members: number[]; top: number } {
    const offsets = members.map((at, rank) => wanted[at]! - rank * step);
    const mean = offsets.reduce((sum, offset) => sum + offset, 0) / members.length;
    return { members, top: Math.min(Math.max(mean, low), high - (members.length - 1) * step) };
  }
}
