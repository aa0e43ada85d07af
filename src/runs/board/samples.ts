import { readdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { atomicWrite } from '../../common/files/atomicWrite.js';

/** An image of what the weights of a step predicted. */
export interface Sample {
  readonly step: number;
  /** Name of the file in the run's folder `samples`. */
  readonly name: string;
}

const NAME = /^step-(\d{1,15})\.png$/;

/** The images of a run, by step. */
export function samplesIn(folder: string): Sample[] {
  return namesIn(folder)
    .flatMap((name): Sample[] => {
      const step = NAME.exec(name)?.[1];
      return step === undefined ? [] : [{ step: Number(step), name }];
    })
    .sort((a, b) => a.step - b.step);
}

function namesIn(folder: string): string[] {
  try {
    return readdirSync(folder);
  } catch {
    return [];
  }
}

/** Writes the images of a run: those that are kept, and one of now that the next one replaces. */
export class SampleFolder {
  readonly #folder: string;
  readonly #check: () => void;
  /** The file that the next image replaces. */
  #passing: string | undefined;

  /** @param step of the checkpoint to continue from: images of later steps are removed, as those steps are repeated */
  constructor(folder: string, { step, check }: { step: number; check: () => void }) {
    this.#folder = folder;
    this.#check = check;
    for (const { step: taken, name } of samplesIn(folder))
      if (taken > step) rmSync(join(folder, name), { force: true });
  }

  /** @param keep the image stays as long as the run does @throws ForeframeError when it cannot be written */
  async save(step: number, png: Uint8Array, keep: boolean): Promise<void> {
    const path = join(this.#folder, `step-${step}.png`);
    await atomicWrite(path, png, { check: this.#check });
    const before = this.#passing;
    if (before !== undefined && before !== path) rmSync(before, { force: true });
    this.#passing = keep ? undefined : path;
  }
}
