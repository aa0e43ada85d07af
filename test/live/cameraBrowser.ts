import { join } from 'node:path';
import type { Page } from 'playwright-core';
import { openChromium } from '../chromium.js';
import { ffmpeg } from '../video/makeVideo.js';

/** Small, so that a step takes milliseconds. */
export const TINY = [
  ...['data.width=24', 'data.height=18', 'data.steps=4'],
  ...['model.channels=8', 'model.blocks=1', 'training.learningRate=0.005'],
];
/** A bright square that goes to and fro before a grey ground. */
export const SCENE =
  "color=0x404040:s=96x72:r=10:d=4[ground];color=white:s=30x30:r=10:d=4[square];[ground][square]overlay=x='abs(mod(t*33,132)-66)':y=21";
/** Machines of tests may be slow. */
export const PATIENCE = { timeout: 180_000, interval: 250 };

/** Chromium with a camera that shows the scene. @param folder for the camera's video */
export function openWithCamera(folder: string) {
  const camera = join(folder, 'camera.y4m');
  ffmpeg('-filter_complex', SCENE, '-pix_fmt', 'yuv420p', camera);
  return openChromium(
    '--use-fake-device-for-media-stream',
    '--use-fake-ui-for-media-stream',
    `--use-file-for-fake-video-capture=${camera}`,
  );
}

/** A tab with a live page: what it says, and what went wrong in it. */
export class LiveTab {
  readonly faults: string[] = [];
  readonly page: Page;

  constructor(page: Page) {
    this.page = page;
    page.on('pageerror', (error) => this.faults.push(error.message));
    page.on('console', (message) => message.type() === 'error' && this.faults.push(message.text()));
  }

  readonly text = async (id: string) => (await this.page.locator(`#${id}`).textContent())!;
  readonly number = async (id: string) => Number((await this.text(id)).replaceAll(',', ''));
  /** How many colours a canvas shows. */
  readonly colours = (id: string) => this.page.evaluate(coloursOf, id);
}

// What follows runs in the browser: what the DOM has is not known to the types of Node.

/** How many colours a canvas shows. */
export function coloursOf(id: string): number {
  // biome-ignore lint/suspicious/noExplicitAny: the browser's
  const canvas = (globalThis as any).document.getElementById(id);
  const { data } = canvas.getContext('2d').getImageData(0, 0, canvas.width, canvas.height);
  return new Set(new Uint32Array(data.buffer)).size;
}

/** What a request is besides its path; with a mode it is one that a form can make. */
interface AskOptions {
  readonly method?: 'POST';
  readonly body?: string;
  readonly mode?: 'no-cors';
}

/** What a page gets for requests with the token of an address: the type of each answer, or `refused`. */
export async function answersTo({
  address,
  requests,
}: {
  address: string;
  requests: readonly (readonly [path: string, options: AskOptions])[];
}): Promise<string[]> {
  const [base, token] = address.split('#');
  const headers = { 'x-foreframe-token': token! };
  return Promise.all(
    requests.map(([path, options]) =>
      // A form has no headers of its own.
      fetch(base + path, 'mode' in options ? options : { headers, ...options }).then(
        ({ type }) => type,
        () => 'refused',
      ),
    ),
  );
}
