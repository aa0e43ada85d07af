import { readdirSync, readFileSync, statSync } from 'node:fs';
import { join, relative } from 'node:path';
import sharp from 'sharp';
import { parse } from 'yaml';
import { readLatents } from '../../src/analysis/latents/readLatents.js';
import { messageOf } from '../../src/common/errors.js';
import { loadCheckpoint } from '../../src/runs/checkpoint.js';
import { readFrames } from '../../src/video/index.js';
import type { Findings } from './area.js';

/** How a file of each kind is read to its end. */
const READERS: Readonly<Record<string, (path: string) => unknown>> = {
  '.safetensors': loadCheckpoint,
  '.parquet': (path) => readLatents(path),
  '.json': (path) => JSON.parse(readFileSync(path, 'utf8')),
  '.jsonl': (path) => wholeLines(path).map((line) => JSON.parse(line)),
  '.yaml': (path) => parse(readFileSync(path, 'utf8')),
  '.html': (path) => {
    if (!readFileSync(path, 'utf8').trimEnd().endsWith('</html>')) throw new Error('the page has no end');
  },
  '.png': (path) => sharp(path).stats(),
  '.mp4': async (path) => {
    let frames = 0;
    for await (const _ of readFrames(path, { width: 8, height: 8, color: 'grey', onCorrupt: 'fail' }))
      frames++;
    if (frames === 0) throw new Error('no frames');
  },
};

/** A person's own files, as the campaign plants them. */
export const PLANTED = /(^|\/)mine\b/;
/** Files that say themselves that they are not finished. */
const UNFINISHED = /\.(tmp|partial|lock)(\/|$)|\.tmp\b/;

/** All files of a folder, relative to it. */
export function filesIn(folder: string): string[] {
  return readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => !entry.isDirectory())
    .map((entry) => relative(folder, join(entry.parentPath ?? entry.path, entry.name)))
    .sort();
}

/** Whatever stands in a folder under its final name is whole. */
export async function judgeWhole(folder: string, when: string, findings: Findings): Promise<void> {
  for (const file of filesIn(folder)) {
    if (UNFINISHED.test(file) || PLANTED.test(file)) continue;
    const path = join(folder, file);
    const read = READERS[/\.\w+$/.exec(file)?.[0] ?? ''];
    try {
      if (file.includes('saved_model.pb') && statSync(path).size === 0) throw new Error('it is empty');
      await read?.(path);
    } catch (error) {
      findings.add('wrong bits', `${when}, ${file} is not whole: ${messageOf(error)}`);
    }
  }
}

/** The lines of a log; a last one that a kill cut in two is no line yet. */
function wholeLines(path: string): string[] {
  return readFileSync(path, 'utf8').split('\n').slice(0, -1);
}
