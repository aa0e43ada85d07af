// Methods side by side at equal cost.

export { type Benchmarked, benchmarkFewLabels, type FewLabelsOptions } from './fewLabels.js';
export type { MeasuredRow } from './measured.js';
export { benchmarkNetworks } from './networks.js';
export type { FewLabelsPlan } from './plan.js';
export type { MethodRow } from './rows.js';
