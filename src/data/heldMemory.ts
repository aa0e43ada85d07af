import { ForeframeError } from '../common/errors.js';
import { availableMemory, MEMORY_VARIABLE } from '../common/memory/availableMemory.js';
import { bytesText } from '../common/memory/bytes.js';

/** How often the free memory is measured. */
const EVERY = 128e6;
/** Reserved for the rest of the process. */
const RESERVE = 256e6;

/**
 * Counts the memory held because of a setting, for data whose length is not known in advance.
 * @param setting its key, such as `data.shuffle`
 * @returns a function to call with each item's bytes when it is held; it throws a ForeframeError when memory is nearly full
 */
export function holding(setting: string): (bytes: number) => void {
  let items = 0;
  let held = 0;
  let looked = 0;
  return (bytes) => {
    items++;
    held += bytes;
    if (held - looked < EVERY) return;
    looked = held;
    // An amount stated by the user does not shrink as it is filled.
    const left = availableMemory() - (process.env[MEMORY_VARIABLE] ? held : 0);
    if (left < RESERVE)
      throw new ForeframeError(
        `${setting}: ${items} are held, which takes ${bytesText(held)}, and ${bytesText(Math.max(0, left))} are free: ` +
          `lower ${setting} to ${Math.max(1, Math.floor(items / 2))} (if that is wrong: ${MEMORY_VARIABLE}=32GB)`,
      );
  };
}
