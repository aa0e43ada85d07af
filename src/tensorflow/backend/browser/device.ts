/** What a page can compute on. */
export const BROWSER_DEVICES = ['wasm', 'webgl', 'webgpu'] as const;
export type BrowserDevice = (typeof BROWSER_DEVICES)[number];

/**
 * Make a device the backend of a page or of its worker. Each is a part of the bundle that is only loaded when it is chosen.
 * @param folder address of the page's files, with a slash at its end
 * @returns what computes, in words
 * @throws ForeframeError where the browser does not have it
 */
export async function loadBrowserDevice(device: BrowserDevice, folder: string): Promise<string> {
  switch (device) {
    case 'wasm':
      return (await import('./wasm.js')).loadBrowserWasm(folder);
    case 'webgl':
      return (await import('./webgl.js')).loadBrowserWebGl();
    case 'webgpu':
      return (await import('./webgpu.js')).loadBrowserWebGpu();
  }
}
