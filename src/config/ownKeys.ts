import { basename } from 'node:path';
import { z } from 'zod';

/** Keys under `data` that name clips or images of one's own, of which more is known than their frames. */
export const ownKeys = {
  manifest: z
    .string()
    .min(1)
    .optional()
    .describe(
      'Your own clips or images as a table, CSV or Parquet: column `path`, and as you like `start` and `end` (seconds), `label`, ' +
        '`group`, `split` and others. Paths are relative to the table.',
    ),
  folder: z
    .string()
    .min(1)
    .optional()
    .describe('Your own clips or images in a folder that holds a folder for each class: `clips/dog/1.mp4`.'),
};

/** The key under `data.split` that tells whether data have changed since. */
export const heldOutKey = z
  .string()
  .optional()
  .describe(
    'Written by foreframe: a checksum of what was held out as training began, by which a change of the data is noticed.',
  );

/** Where data come from. */
export interface Origins {
  readonly dataset?: string;
  readonly videos?: readonly string[];
  readonly manifest?: string;
  readonly folder?: string;
}

/** The keys that name data, where that is more than one. */
export function rivalOrigins({ dataset, videos = [], manifest, folder }: Origins): string[] {
  const named = Object.entries({ dataset, videos: videos.length > 0 || undefined, manifest, folder });
  const keys = named.flatMap(([key, value]) => (value === undefined ? [] : [`data.${key}`]));
  return keys.length > 1 ? keys : [];
}

/** The data of one's own by name: the table or the folder. */
export function ownOrigin({ manifest, folder }: Origins): string | undefined {
  return manifest ?? folder;
}

/** What data are called: the dataset, or the table or folder of one's own. */
export function originOf(origins: Origins): string | undefined {
  return origins.dataset ?? ownOrigin(origins);
}

/** What data are called in tables of results: the dataset, or the name of the table or folder of one's own. */
export function nameOfData(origins: Origins): string {
  return origins.dataset ?? basename(ownOrigin(origins) ?? '');
}

/** Whether a name is that of a table. */
export function isTable(name: string): boolean {
  return /\.(csv|tsv|parquet)$/i.test(name);
}
