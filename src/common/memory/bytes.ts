import { UsageError } from '../errors.js';

const UNITS: Readonly<Record<string, number>> = { '': 1, K: 1e3, M: 1e6, G: 1e9, T: 1e12 };

/** `1.4 GB`, `310 MB`. */
export function bytesText(bytes: number): string {
  if (!Number.isFinite(bytes)) return 'more than can be counted';
  const units = ['B', 'KB', 'MB', 'GB', 'TB', 'PB', 'EB'];
  const step = Math.min(Math.max(Math.floor(Math.log10(Math.max(bytes, 1)) / 3), 0), units.length - 1);
  const value = bytes / 1000 ** step;
  return `${value >= 10 || step === 0 ? value.toFixed(0) : value.toFixed(1)} ${units[step]}`;
}

/** `32GB`, `500 MB`, `32G`, `2e10`. @throws UsageError naming `origin` when it is no amount */
export function parseBytes(text: string, origin: string): number {
  const [, number, unit = ''] = /^\s*([\d.]+(?:e\d+)?)\s*([KMGT]?)i?B?\s*$/i.exec(text) ?? [];
  const bytes = Number(number) * (UNITS[unit.toUpperCase()] ?? Number.NaN);
  if (bytes > 0 && Number.isFinite(bytes)) return bytes;
  throw new UsageError(`${origin}=${text} is not an amount of memory: write, for example, ${origin}=32GB`);
}
