import { required } from '../../src/common/required.js';
import type { Area } from './area.js';

/** The areas by name; each is loaded by the process that runs it alone. */
const load: Record<string, () => Promise<Area>> = {
  kills: async () => (await import('./areas/kills.js')).kills,
  videos: async () => (await import('./areas/videos.js')).videos,
  configurations: async () => (await import('./areas/configurations.js')).configurations,
  runs: async () => (await import('./areas/runFolders.js')).runFolders,
  arrays: async () => (await import('./areas/arrays.js')).arrays,
  pipes: async () => (await import('./areas/pipes.js')).pipes,
  'full-disk': async () => (await import('./areas/fullDisk.js')).fullDisk,
};

/** What is tried, and the part of the campaign's time that each has. */
export const SHARES: Readonly<Record<string, number>> = {
  kills: 0.36,
  videos: 0.2,
  configurations: 0.14,
  runs: 0.12,
  arrays: 0.06,
  pipes: 0.06,
  'full-disk': 0.06,
};

/** Seconds after which a case of an area hangs. Cases that start several processes have longer than those of a single call. */
export const LIMITS: Readonly<Record<string, number>> = {
  kills: 300,
  videos: 40,
  configurations: 120,
  runs: 120,
  arrays: 30,
  pipes: 120,
  'full-disk': 240,
};

export const AREAS = Object.keys(load);

export function areaNamed(name: string): Promise<Area> {
  return required(load, name)();
}
