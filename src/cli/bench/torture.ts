import { appendFileSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { runCampaign } from '../../../bench/torture/campaign.js';
import type { CaseRecord, Reporter } from '../../../bench/torture/reporter.js';
import { unmountBelow } from '../../../bench/torture/tmpfs.js';
import { ExitCode, ForeframeError } from '../../common/errors.js';
import { startProgress, textTable, withInterrupt } from '../terminal/terminal.js';
import type { Bench, BenchOptions } from './benchOptions.js';

/**
 * `foreframe bench torture [FILE]`: try to break foreframe for a while, a JSON line a case (into FILE with --json) and a table
 * of counts at the end. The exit code is 1 when anything crashed, hung, was lost, wrong or left over.
 */
export const torture: Bench = async ([file], _folder, options) => {
  const log = options.json ? file : undefined;
  if (log !== undefined) startLog(log);
  const folder = mkdtempSync(join(tmpdir(), 'foreframe-torture-'));
  const clean = () => {
    unmountBelow(folder);
    if (!options.keep) rmSync(folder, { recursive: true, force: true, maxRetries: 3 });
  };
  // A second Ctrl-C ends the process wherever it is.
  process.once('exit', clean);
  try {
    const reporter = await withInterrupt((signal) => campaign(options, log, folder, signal));
    const { heads, rows } = reporter.table();
    console.log(textTable(heads, rows));
    for (const [area, reasons] of reporter.skipped)
      console.log(`${area}: skipped: ${[...reasons].join('; ')}`);
    if (reporter.bad > 0) process.exitCode = ExitCode.failed;
  } finally {
    process.off('exit', clean);
    clean();
    if (options.keep) console.error(`kept ${folder}`);
  }
};

async function campaign(
  options: BenchOptions,
  log: string | undefined,
  folder: string,
  signal: AbortSignal,
): Promise<Reporter> {
  const { minutes, seed } = options;
  const named = options.only.flatMap((names) => names.split(','));
  const only = named.length > 0 ? named : undefined;
  const started = performance.now();
  const progress = options.case === undefined ? startProgress('torture', minutes * 60) : undefined;
  let [cases, bad] = [0, 0];
  const onCase = (record: CaseRecord) => {
    cases++;
    if (record.faults.length > 0) bad++;
    const line = JSON.stringify(record);
    if (log === undefined) console.log(line);
    else {
      appendFileSync(log, `${line}\n`);
      for (const fault of record.faults)
        progress?.line(`${record.area}:${record.case} ${record.what}: ${fault}`);
    }
    progress?.update((performance.now() - started) / 1000, `${cases} cases, ${bad} bad`);
  };
  try {
    return await runCampaign({ minutes, seed, only, case: options.case, folder, onCase, signal });
  } finally {
    progress?.stop();
  }
}

function startLog(file: string): void {
  try {
    writeFileSync(file, '');
  } catch (error) {
    throw new ForeframeError(`${file}: it cannot be written: choose another place`, { cause: error });
  }
}
