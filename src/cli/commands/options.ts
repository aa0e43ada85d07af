import { InvalidArgumentError, Option } from 'commander';
import { DEVICES } from '../../tensorflow/backend/device.js';

// How options of several commands are read.

export const collect = (value: string, all: string[]) => [...all, value];
export const count = (value: string) => {
  const number = Number(value);
  if (!Number.isInteger(number) || number < 1) throw new InvalidArgumentError('an integer from 1 on');
  return number;
};
export const counts = (value: string) => value.split(',').map(count);
export const natural = (value: string) => {
  const number = Number(value);
  if (!Number.isInteger(number) || number < 0) throw new InvalidArgumentError('an integer from 0 on');
  return number;
};
export const naturals = (value: string) => value.split(',').map(natural);
export const minutes = (value: string) => {
  const number = Number(value);
  if (!(number > 0)) throw new InvalidArgumentError('a number of minutes above 0');
  return number;
};
export const seconds = (value: string) => {
  const number = Number(value);
  if (value.trim() === '' || !Number.isFinite(number) || number < 0)
    throw new InvalidArgumentError('a number of seconds from 0 on');
  return number;
};
export const degrees = (value: string) => {
  const number = Number(value);
  if (!Number.isFinite(number)) throw new InvalidArgumentError('a number of degrees');
  return number;
};
export const set = () =>
  new Option('--set <key=value>', 'change a setting (repeatable)').argParser(collect).default([], 'none');
export const json = () => new Option('--json', 'print the answer as JSON');
/** @param of what they belong to, where that is not the command itself */
export const port = (of = '') =>
  new Option(
    '--port <number>',
    `${of}port on this machine (default: 4747, or a free one where that is taken)`,
  ).argParser((value) => {
    const number = Number(value);
    if (!Number.isInteger(number) || number < 0 || number > 65_535)
      throw new InvalidArgumentError('a port from 0, which takes any free one, to 65535');
    return number;
  });
export const noOpen = (of = '') => new Option('--no-open', `${of}open no browser: print the address only`);
/** What the command's network computes on; `program.ts` passes it on. */
export const device = () =>
  new Option(
    '--device <device>',
    'auto: native TensorFlow, else WebAssembly; webgpu: the graphics card of any vendor (default: auto)',
  ).choices(DEVICES);
