// A pipeline trained with several settings and seeds.

export type { Cell, SweepPlan, SweepRun } from './plan.js';
export { type SweepOptions, type Swept, sweep } from './sweep.js';
export type { OverSeeds, SweepRow, SweepTable, TriedRun } from './sweepTable.js';
