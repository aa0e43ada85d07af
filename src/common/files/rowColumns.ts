/**
 * The columns that every extraction writes itself, to say which row is which and how well it was expected, and what each is called in a
 * file: other commands and programs call the same things so. A table of one's own has none of these names.
 */
export const ROW_COLUMNS = {
  file: 'source',
  clip: 'clip',
  frame: 'frame',
  time: 'step',
  seconds: 'time',
  prediction_error: 'prediction_error',
  mean_prediction_error: 'mean_prediction_error',
} as const;
export type RowColumn = keyof typeof ROW_COLUMNS;

/** Whether a column is called as one that an extraction writes, in memory or in its file. */
export function isRowColumn(name: string): boolean {
  return Object.entries(ROW_COLUMNS).some((names) => names.includes(name));
}
