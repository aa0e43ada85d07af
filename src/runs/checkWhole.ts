import { readFile } from 'node:fs/promises';
import { ForeframeError } from '../common/errors.js';

/**
 * A run's configuration is written with all its keys, of which `evaluation` is the last. Defaults in place of what was cut off
 * would not be what the run was trained with.
 * @throws ForeframeError when it ends within a line before that; what cannot be read at all is left to whoever parses it
 */
export async function checkWhole(config: string): Promise<void> {
  const text = await readFile(config, 'utf8').catch(() => '');
  if (text === '' || text.endsWith('\n') || text.includes('evaluation')) return;
  throw new ForeframeError(
    `${config} is cut short: it ends within a line. Write the pipeline that this run was trained with to that name`,
  );
}
