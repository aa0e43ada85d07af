import type { Plain } from '../../config/plainSettings.js';

/**
 * Networks that a browser learns with while it watches, by the names that the page shows, those that compute least first. Of each
 * model the settings are small: one thread of WebAssembly takes a step of ten frames of 48×36 in some tenths of a second.
 */
export const liveModels = {
  'frame-stack, small': { name: 'frame-stack', channels: 16, blocks: 1, patch: 2 },
  'frame-stack': { name: 'frame-stack', channels: 32, blocks: 2, patch: 2 },
  'frame-stack, large': { name: 'frame-stack', channels: 48, blocks: 3, patch: 2 },
  'conv-lstm': { name: 'conv-lstm', channels: [16], patch: 2 },
  autoencoder: { name: 'autoencoder', filters: [16, 16], units: 128 },
  pgn: { name: 'pgn', filters: [16, 16], lstm: 128, output: 'residual' },
} as const satisfies Readonly<Record<string, Plain>>;

/** Widths and heights of frames that the page offers, of the proportions of most cameras. */
export const liveSizes: readonly (readonly [number, number])[] = [
  [24, 18],
  [32, 24],
  [48, 36],
  [64, 48],
  [96, 72],
];

/** Frames a second that it offers. */
export const liveRates: readonly number[] = [2, 5, 10, 15, 25];
