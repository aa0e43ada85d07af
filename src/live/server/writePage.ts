import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { UsageError } from '../../common/errors.js';
import { checkNewFolder, fillNewFolder } from '../../common/locks/newFolder.js';
import { encodeSafetensors } from '../../runs/safetensors.js';
import type { LiveSession } from '../watching/messages.js';
import { STATIC_SESSION, STATIC_WEIGHTS } from '../watching/places.js';
import { PAGE_POLICY } from './guard.js';
import { openSession } from './openSession.js';
import { builtPage, LIVE_PAGE, pageFiles, TRAINING_PAGE } from './pageFiles.js';
import { liveVariables } from './sessionState.js';

export interface WritePageOptions {
  /** A run folder, or a pipeline by path or name; the pipeline `live` by default. */
  readonly from?: string;
  /** Settings over those of the pipeline. */
  readonly set?: readonly string[];
  /** A new or empty folder. */
  readonly out: string;
  /** The folder of the bundled page; the one that was built by default. */
  readonly page?: string;
}

/** A page that any web server gives out. */
export interface WrittenPage {
  readonly folder: string;
  /** What watches: the name of the pipeline or the run. */
  readonly name: string;
  readonly files: readonly string[];
}

/**
 * Write the live page as files: page, scripts, WebAssembly, the session and the weights to begin with, which for a pipeline are random
 * ones. Addresses are relative, so that it works below any path.
 * @throws UsageError for a run or pipeline that does not serve; ForeframeError for a folder that holds something, or when the page was
 * not built
 */
export async function writePage({
  from,
  set,
  out,
  page = builtPage,
}: WritePageOptions): Promise<WrittenPage> {
  checkNewFolder(out);
  const session = await openSession({ from, set });
  if (session.video !== undefined)
    throw new UsageError(`--out writes a page for the viewer's own camera and files: leave ${from} out`);
  const files = new Map(await pageFiles(page, LIVE_PAGE));
  for (const name of TRAINING_PAGE) files.delete(name);
  const written: LiveSession = { ...session.page, home: 'files' };
  const weights = encodeSafetensors(session.state ?? liveVariables(written.settings));
  files.set('index.html', markedAsFiles(files.get('index.html')!));
  files.set(STATIC_SESSION, new TextEncoder().encode(JSON.stringify(written)));
  files.set(STATIC_WEIGHTS, new Uint8Array(Buffer.concat(weights)));
  const fill = (folder: string) => {
    for (const [name, bytes] of files) writeFileSync(join(folder, name), bytes);
  };
  await fillNewFolder(out, fill);
  return { folder: out, name: written.name, files: [...files.keys()].sort() };
}

/** The page asks a `foreframe` for its session where it does not say otherwise. */
function markedAsFiles(html: Uint8Array): Uint8Array<ArrayBuffer> {
  const metas = [
    `<meta http-equiv="content-security-policy" content="${PAGE_POLICY.join('; ')}">`,
    `<meta name="${STATIC_SESSION}" content="beside this page">`,
  ];
  const text = new TextDecoder().decode(html);
  // Before anything that it is to hold for.
  return new TextEncoder().encode(
    text.replace(/<meta charset="utf-8">/, (charset) => [charset, ...metas].join('\n')),
  );
}
