import { afterEach, describe, expect, it, vi } from 'vitest';
import { doctorCommand, doctorReport, renderDoctor } from '../../src/cli/doctor.js';

afterEach(() => {
  vi.unstubAllEnvs();
  vi.restoreAllMocks();
});

describe('doctor', () => {
  it('looks at everything and gives a fix for whatever is missing', async () => {
    const { checks } = await doctorReport();
    expect(checks.map(({ name }) => name)).toEqual([
      'Node',
      'TensorFlow',
      'device',
      'threads',
      'WebGPU',
      'precision',
      'compiler',
      'pip',
      'ffmpeg',
      'ffprobe',
      'sharp',
      'cache',
    ]);
    for (const { ok, value, fix } of checks) {
      expect(value).toMatch(/\S/);
      if (!ok) expect(fix).toMatch(/\S{2,} \S/);
    }
    expect(checks[0]).toMatchObject({ ok: true, value: expect.stringContaining(process.versions.node) });
  });

  it('says how to get a compiler and pip when they are not on PATH', async () => {
    vi.stubEnv('PATH', '');
    vi.stubEnv('CXX', undefined);
    const { checks } = await doctorReport();
    expect(checks.find(({ name }) => name === 'compiler')).toMatchObject({
      value: 'none',
      fix: expect.stringContaining('g++'),
    });
    expect(checks.find(({ name }) => name === 'pip')).toMatchObject({
      value: 'none',
      fix: expect.stringContaining('python3-pip'),
    });
  });

  it('prints text for people and JSON for programs', async () => {
    const written: string[] = [];
    vi.spyOn(process.stdout, 'write').mockImplementation((text) => {
      written.push(String(text));
      return true;
    });
    await doctorCommand({ json: true });
    await doctorCommand();
    expect(JSON.parse(written[0]!)).toHaveProperty('checks');
    expect(written[1]).toMatch(/^ok {7}Node/);
  });

  it('puts the fix below what is missing', () => {
    const text = renderDoctor({ checks: [{ name: 'pip', ok: false, value: 'none', fix: 'install it' }] });
    expect(text).toBe('missing  pip  none\n              fix: install it\n');
  });
});
