import { pathToFileURL } from 'node:url';
import { z } from 'zod';
import { UsageError } from '../../../common/errors.js';
import { lastError, runCommand } from '../../install/command.js';
import { adapterName } from './adapter.js';

/**
 * Run in a child process: where there is no driver, Dawn writes many lines of warnings to standard error, past Node; and a driver that
 * crashes must not take this process along.
 */
const PROGRAM = `
const { create } = await import(process.argv[1]);
const found = await create([]).requestAdapter({ powerPreference: 'high-performance' });
const { vendor, architecture, device, description } = found?.info ?? {};
console.log(JSON.stringify(found ? { vendor, architecture, device, description } : null));
process.exit();
`;

const name = z.string().default('');
const answer = z.object({ vendor: name, architecture: name, device: name, description: name }).nullable();

/**
 * The graphics card that Dawn finds, in words.
 * @param dawn path of the npm package's module
 * @throws UsageError in one line where there is none, or looking for it fails
 */
export async function lookForGpu(dawn: string): Promise<string> {
  const args = ['--input-type=module', '-e', PROGRAM, pathToFileURL(dawn).href];
  const env = { ...process.env, NODE_OPTIONS: '' };
  const { status, stdout, output } = await runCommand(process.execPath, args, { env });
  const line = stdout.trim().split('\n').at(-1) ?? '';
  if (status !== 0 || !/^(null|\{.*\})$/.test(line))
    throw new UsageError(`device webgpu: looking for a graphics card failed: ${lastError(output)}`);
  const info = answer.parse(JSON.parse(line));
  if (!info)
    throw new UsageError(
      'device webgpu: no graphics card found: it needs a driver for Vulkan (Linux), Metal or Direct3D 12; leave --device out to compute without',
    );
  return adapterName({ info });
}
