import { existsSync } from 'node:fs';
import { basename } from 'node:path';
import { CANDIDATES } from '../../../bench/ownVideo/candidates.js';
import { benchOwnVideo, ownVideoResults } from '../../../bench/ownVideo/ownVideo.js';
import { presetOf } from '../../../bench/ownVideo/presets.js';
import type { Result } from '../../../bench/ownVideo/records.js';
import { markdownOf, tableOf } from '../../../bench/ownVideo/table.js';
import { VIDEOS } from '../../../bench/ownVideo/videos.js';
import { UsageError } from '../../common/errors.js';
import { nearest } from '../../common/text/nearest.js';
import { textTable, withInterrupt } from '../terminal/terminal.js';
import type { Bench, BenchOptions } from './benchOptions.js';

/**
 * `foreframe bench own-video [VIDEO…]`: which pipeline suits one's own video; with `--collect` what has been measured so far, as
 * Markdown.
 */
export const ownVideo: Bench = async (files, _folder, options) => {
  const { out, collect, json } = options;
  if (out === undefined)
    throw new UsageError(
      'bench own-video: say where its results are kept, for example `--out runs/own-video`',
    );
  const results = collect ? ownVideoResults(out) : await measured(out, files, options);
  const table = tableOf(results);
  if (json) console.log(JSON.stringify(results));
  else if (collect) console.log(markdownOf(table));
  else console.log(`error ÷ that of copy-last, on the test split\n${textTable(table.heads, table.rows)}`);
};

function measured(out: string, files: readonly string[], options: BenchOptions): Promise<Result[]> {
  const { only, seeds = [1, 2, 3], seconds, size, color } = options;
  const videos = files.length === 0 ? VIDEOS : files.map(videoOf);
  const candidates = only.length === 0 ? CANDIDATES : only.map(candidateOf);
  const onLine = (line: string) => console.error(line);
  return withInterrupt((signal) =>
    benchOwnVideo(out, { candidates, videos, seeds, seconds, frames: { size, color }, signal, onLine }),
  );
}

function videoOf(name: string) {
  const known = VIDEOS.find((each) => each.name === name);
  if (known) return known;
  if (existsSync(name) || name.startsWith('npm:')) return { name: basename(name), source: name };
  throw unknown(
    'a video',
    name,
    VIDEOS.map((each) => each.name),
    'a file of your own',
  );
}

function candidateOf(name: string) {
  const known = CANDIDATES.find((each) => each.name === name) ?? presetOf(name);
  if (known) return known;
  throw unknown(
    'a pipeline',
    name,
    CANDIDATES.map((each) => each.name),
    'a pipeline for your own video (`foreframe pipelines`)',
  );
}

function unknown(what: string, name: string, names: readonly string[], other?: string): UsageError {
  const guess = nearest(name, names);
  return new UsageError(
    `bench own-video: ${name} is not ${what} of it${guess ? `: did you mean ${guess}?` : ''}; ` +
      `name ${names.join(', ')}${other ? ` or ${other}` : ''}`,
  );
}
