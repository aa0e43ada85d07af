import { availableParallelism } from 'node:os';
import { UsageError } from '../../src/common/errors.js';
import { Random } from '../../src/common/random.js';
import { nearest } from '../../src/common/text/nearest.js';
import type { CaseResult } from './area.js';
import { AREAS, SHARES } from './areas.js';
import { WHOLE_AREA, WorkerProcess } from './processes/workerProcess.js';
import { type CaseRecord, Reporter } from './reporter.js';

export interface CampaignOptions {
  readonly minutes: number;
  readonly seed: number;
  /** Areas; all by default. */
  readonly only?: readonly string[];
  /** One case alone, such as `kills:17`. */
  readonly case?: string;
  /** Where cases are tried: an empty folder. */
  readonly folder: string;
  readonly onCase: (record: CaseRecord) => void;
  readonly signal?: AbortSignal;
}

/** Runs one case of one area: a worker process, or a stand-in for it. */
export interface CaseRunner {
  run(number: number, seed: number): Promise<CaseResult>;
  close(): Promise<void>;
}

interface Lane {
  readonly area: string;
  readonly runner: CaseRunner;
  /** Seconds that its cases took, divided by its share. */
  used: number;
  next: number;
  busy: boolean;
  over: boolean;
}

/** Cases at a time: they start processes that want cores of their own. */
const SIDE_BY_SIDE = Math.min(2, availableParallelism());

/**
 * Try areas in turn, each for its share of the time, until the time is over; the cases under way are waited for.
 * @throws UsageError for an area that is not there
 */
export async function runCampaign(
  options: CampaignOptions,
  runnerOf: (area: string) => CaseRunner = (area) => new WorkerProcess(area, options.folder),
): Promise<Reporter> {
  const { minutes, seed, onCase, signal } = options;
  const single = options.case === undefined ? undefined : oneCase(options.case);
  const names = single ? [single.area] : (options.only ?? AREAS);
  for (const name of names) checkArea(name);
  const reporter = new Reporter();
  const lanes = names.map(
    (area): Lane => ({ area, runner: runnerOf(area), used: 0, next: 0, busy: false, over: false }),
  );
  const end = performance.now() + minutes * 60_000;
  const one = async (lane: Lane, number: number) => {
    const started = performance.now();
    const caseSeed = Random.for(seed, `${lane.area}:${number}`).uint32();
    const result = await lane.runner.run(number, caseSeed);
    const seconds = (performance.now() - started) / 1000;
    lane.used += Math.max(seconds, 0.001) / (SHARES[lane.area] ?? 0.1);
    lane.over ||= result.what === WHOLE_AREA;
    onCase(reporter.add(lane.area, number, caseSeed, result, seconds));
  };
  const slot = async () => {
    while (performance.now() < end && !signal?.aborted) {
      const lane = lanes.filter((each) => !each.busy && !each.over).sort((a, b) => a.used - b.used)[0];
      if (!lane) return;
      lane.busy = true;
      await one(lane, lane.next++);
      lane.busy = false;
    }
  };
  try {
    if (single) await one(lanes[0]!, single.number);
    else await Promise.all(Array.from({ length: SIDE_BY_SIDE }, slot));
  } finally {
    for (const { runner } of lanes) await runner.close();
  }
  return reporter;
}

function oneCase(text: string): { area: string; number: number } {
  const [area = '', number = ''] = text.split(':');
  if (!/^\d+$/.test(number)) throw new UsageError(`--case ${text}: write AREA:NUMBER, such as kills:17`);
  return { area, number: Number(number) };
}

function checkArea(name: string): void {
  if (Object.hasOwn(SHARES, name)) return;
  const guess = nearest(name, AREAS);
  throw new UsageError(
    `there is no area ${name}${guess ? `: did you mean ${guess}?` : ''}; there are: ${AREAS.join(', ')}`,
  );
}
