import { UsageError } from '../../common/errors.js';

/** What networks compute on: native TensorFlow or WebAssembly, whichever there is, or the graphics card by WebGPU. */
export const DEVICES = ['auto', 'webgpu'] as const;
export type Device = (typeof DEVICES)[number];

/** Says the same from outside. */
export const DEVICE_VARIABLE = 'FOREFRAME_DEVICE';

let chosen: Device | undefined;

/** Engines that are opened from now on compute on `device`; without one, on what the environment says. */
export function chooseDevice(device: Device | undefined): void {
  chosen = device;
}

/** What engines compute on. @throws UsageError when the environment names something else */
export function chosenDevice(): Device {
  const named = chosen ?? (process.env[DEVICE_VARIABLE] || 'auto');
  const device = DEVICES.find((each) => each === named);
  if (!device) throw new UsageError(`${DEVICE_VARIABLE} is ${named}: there are ${DEVICES.join(', ')}`);
  return device;
}
