import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { openParityBrowser } from '../../bench/parity/browser.js';
import { chooseDevice, chosenDevice, DEVICE_VARIABLE } from '../../src/tensorflow/backend/device.js';
import { chromiumPath } from '../chromium.js';
import { foreframe } from '../cli/foreframe.js';
import { temporaryFolder } from '../video/makeVideo.js';

/** SwiftShader, the graphics card in software that comes with Chromium. */
const DRIVER = '/usr/lib/chromium/vk_swiftshader_icd.json';
const webgpu = existsSync(join(import.meta.dirname, '../../node_modules/webgpu'));
const TINY = [
  ...['name=tiny', 'data.width=15', 'data.height=15', 'data.via=arrays', 'data.steps=2'],
  ...['model={name: frame-stack, channels: 2, blocks: 1}', 'training.batch=1', 'training.steps=1'],
  'training.validationBatches=1',
].flatMap((set) => ['--set', set]);

describe.skipIf(!chromiumPath)('a browser that lacks a backend', () => {
  it('says so in one line, and what to do', async () => {
    const browser = await openParityBrowser(temporaryFolder(), [
      '--disable-gpu',
      '--disable-software-rasterizer',
      '--disable-3d-apis',
    ]);
    try {
      await expect(browser.open('webgl')).rejects.toThrow(
        'this browser has no WebGL: compute on WebAssembly',
      );
      await expect(browser.open('webgpu')).rejects.toThrow(/this browser has no .*: compute on WebAssembly/);
      expect((await browser.open('wasm')).device).toContain('WebAssembly');
    } finally {
      await browser.close();
    }
  });
});

it('computes on what was chosen, else on what the environment says', () => {
  const before = process.env[DEVICE_VARIABLE];
  try {
    process.env[DEVICE_VARIABLE] = 'webgpu';
    expect(chosenDevice()).toBe('webgpu');
    chooseDevice('auto');
    expect(chosenDevice()).toBe('auto');
    chooseDevice(undefined);
    process.env[DEVICE_VARIABLE] = 'abacus';
    expect(() => chosenDevice()).toThrow('FOREFRAME_DEVICE is abacus: there are auto, webgpu');
  } finally {
    chooseDevice(undefined);
    if (before === undefined) delete process.env[DEVICE_VARIABLE];
    else process.env[DEVICE_VARIABLE] = before;
  }
});

// The npm package `webgpu` (130 MB) is no dependency: `npm install --no-save webgpu@0.6.2` has these tests run.
describe.skipIf(!webgpu)('--device webgpu', () => {
  it('is refused in one line where there is no graphics card', async () => {
    const cwd = temporaryFolder();
    const outcome = await foreframe(
      ['train', 'balls-frame-stack', ...TINY, '--device', 'webgpu', '--run', 'run'],
      {
        cwd,
        env: { VK_ICD_FILENAMES: join(cwd, 'none.json') },
      },
    );
    expect(outcome.code).toBe(2);
    // What Dawn warns of on its own is not for whoever reads this.
    expect(outcome.stderr).toMatch(/^foreframe: device webgpu: no graphics card found.*\n$/);
    expect(existsSync(join(cwd, 'run'))).toBe(false);
    const doctor = await foreframe(['doctor'], { env: { VK_ICD_FILENAMES: join(cwd, 'none.json') } });
    expect(doctor).toMatchObject({ code: 0, stderr: '' });
    expect(doctor.stdout).toMatch(/WebGPU +none; device webgpu: no graphics card found/);
  });

  it.skipIf(!existsSync(DRIVER))('trains in Node, and the run says on what', async () => {
    const cwd = temporaryFolder();
    const env = { VK_ICD_FILENAMES: DRIVER };
    const outcome = await foreframe(
      ['train', 'balls-frame-stack', ...TINY, '--device', 'webgpu', '--run', 'run'],
      {
        cwd,
        env,
      },
    );
    expect(outcome.code, outcome.stderr).toBe(0);
    const environment = readFileSync(join(cwd, 'run/environment.json'), 'utf8');
    expect(environment).toMatch(/"backend": "webgpu"/);
    expect(environment).toMatch(/"adapter": ".*swiftshader/i);
  });
});
