import type { RunAnalysis } from '../../analysis/battery/runAnalysis.js';

type Measured = Pick<
  RunAnalysis,
  'testClips' | 'groups' | 'regression' | 'labels' | 'identification' | 'retrieval'
>;

/** What the scores of clips are drawn over: clips of one person, session or file resemble each other, and are drawn together. */
export function clipsDrawn({ testClips, groups }: Pick<Measured, 'testClips' | 'groups'>): string {
  const count = new Set(groups).size;
  return groups && count < testClips ? `the ${count} groups or files of the test clips` : 'test clips';
}

/** What all intervals of an analysis are drawn over, such as `test clips, or people`. */
export function drawnOver(analysis: Measured): string {
  const { regression, labels, identification, retrieval } = analysis;
  const ofClips = regression.length + labels.length > 0 || identification.length + retrieval.length === 0;
  const people = identification.length > 0 || retrieval.some(({ label }) => label === 'identity');
  const classes = retrieval.some(({ label }) => label !== 'identity');
  return [
    ...(ofClips ? [clipsDrawn(analysis)] : []),
    ...(people ? ['people'] : []),
    ...(classes ? ['classes (nearest neighbours)'] : []),
  ].join(', or ');
}
