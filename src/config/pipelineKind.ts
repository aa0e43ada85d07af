import { UsageError } from '../common/errors.js';
import { nearest } from '../common/text/nearest.js';
import { shorten } from '../common/text/shorten.js';
import { clipMethods, methods, sampleMethods } from '../methods/index.js';

/** What a pipeline learns from: clips of videos, or a set of images or short clips that is held in memory. */
export type PipelineKind = 'clips' | 'images';

/**
 * Which of the two a pipeline is: its method says so. Without one it expects the next frame.
 * @param raw as it was read, before it is checked
 * @param origin named in the error
 * @throws UsageError when there is no such method
 */
export function kindOfPipeline(raw: Readonly<Record<string, unknown>>, origin: string): PipelineKind {
  const { method } = raw;
  if (method === undefined || method === null || typeof method !== 'object' || !('name' in method))
    return 'clips';
  const { name } = method;
  if (sampleMethods.some((each) => each.name === name)) return 'images';
  if (clipMethods.some((each) => each.name === name)) return 'clips';
  const names = methods.map((each) => each.name);
  const guess = typeof name === 'string' ? nearest(name, names) : undefined;
  throw new UsageError(
    `${origin}: method.name: there is no method ${shorten(String(name), 60)}${guess ? `: did you mean ${guess}?` : `; there are ${names.join(', ')}`}`,
  );
}
