import type { FewLabelsScore } from '../../library/probing/fewLabels.js';
import { textTable } from '../terminal/terminal.js';

export function fewLabelsText(scores: readonly FewLabelsScore[], label: string): string {
  const digits = (value: number) => value.toFixed(3);
  return textTable(
    ['layer', 'time', `labels of each ${label}`, 'accuracy', 'from', 'to', 'worst draw', 'best draw', 'C'],
    scores.map(({ layer, time, shots, accuracy, draws, C }) => [
      layer,
      String(time),
      String(shots),
      ...[accuracy.value, accuracy.low, accuracy.high, Math.min(...draws), Math.max(...draws)].map(digits),
      String(C),
    ]),
  );
}
