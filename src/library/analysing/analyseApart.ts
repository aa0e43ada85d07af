import { spawn } from 'node:child_process';
import { createInterface } from 'node:readline';
import { ExitCode, ForeframeError, InterruptedError } from '../../common/errors.js';
import { commandFile } from '../../common/files/packageFolder.js';
import type { Watching } from '../watching.js';
import type { AnalysisChoice } from './analysisSettings.js';

/**
 * `foreframe analyse`, in a process of its own: TensorFlow can be loaded by one thread of a process, and its memory goes with it.
 * @throws ForeframeError with what it said last when it fails, InterruptedError when it was stopped
 */
export function analyseApart(
  run: string,
  { layers, ...choice }: AnalysisChoice & { readonly out: string },
  { signal, onNote }: Pick<Watching, 'signal' | 'onNote'>,
): Promise<void> {
  const values = { ...choice, layers: layers?.join(',') };
  const given = Object.entries(values).flatMap(([name, value]) =>
    value === undefined ? [] : [`--${name}`, String(value)],
  );
  return new Promise((done, fail) => {
    const child = spawn(process.execPath, [commandFile, 'analyse', run, ...given], {
      stdio: ['ignore', 'ignore', 'pipe'],
      signal,
    });
    let last = '';
    const lines = createInterface({ input: child.stderr });
    lines.on('line', (line) => {
      if (last) onNote?.(last);
      last = line;
    });
    child.on('error', (error) => fail(signal?.aborted ? interrupted(run) : error));
    child.on('close', (code) => {
      if (code === ExitCode.done) {
        if (last) onNote?.(last);
        done();
      } else if (code === ExitCode.interrupted || signal?.aborted) fail(interrupted(run));
      else fail(failed(run, last));
    });
  });
}

function interrupted(run: string): InterruptedError {
  return new InterruptedError(`analysing ${run} was interrupted`);
}

/** @param reason its last line, which names what is wrong */
function failed(run: string, reason: string): ForeframeError {
  const why = reason.replace(/^foreframe: /, '') || `run \`foreframe analyse ${run}\` to see why`;
  return new ForeframeError(`${run} could not be analysed: ${why}`);
}
