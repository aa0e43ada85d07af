import { basename, extname } from 'node:path';
import type { VideoSource } from '../../video/index.js';

/** Folder names for videos, each another one. */
export class FolderNames {
  readonly #taken = new Set<string>();

  of(source: VideoSource): string {
    const { name: shown } = source;
    const short = source.kind === 'file' ? basename(shown, extname(shown)) : shown;
    const plain =
      short
        .replace(/[^\p{L}\p{N}._-]+/gu, '-')
        .replace(/^[.-]+|-+$/g, '')
        .slice(0, 80) || 'video';
    let name = plain;
    for (let at = 2; this.#taken.has(name); at++) name = `${plain}-${at}`;
    this.#taken.add(name);
    return name;
  }
}
