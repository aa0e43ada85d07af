import { spawnSync } from 'node:child_process';
import { findFfmpeg, findFfprobe } from '../../src/video/index.js';

/**
 * What shows, without foreframe, that a file has lost frames: ffmpeg's errors, more packets than frames that came, or a count
 * in the container. A mutation can also leave a whole file of fewer frames (a shorter edit list, a smaller count): then
 * it cannot be detected, and there is nothing here.
 */
export function lossEvidence(file: string, came: number): string | undefined {
  const address = `file:${file}`;
  const packets = ask(findFfprobe().path, [
    '-select_streams',
    'V:0',
    '-show_entries',
    'packet=flags',
    '-of',
    'csv=p=0',
    address,
  ]);
  // Packets that an edit list hides are marked D: their frames are not part of the video.
  const shown = packets.stdout.split('\n').filter((flags) => flags && !flags.includes('D')).length;
  if (shown > came) return `it holds ${shown} packets of video`;
  const stream = ask(findFfprobe().path, [
    '-select_streams',
    'V:0',
    '-show_entries',
    'stream=nb_frames',
    '-of',
    'csv=p=0',
    address,
  ]);
  const counted = Number(stream.stdout.trim().split('\n')[0]);
  if (counted > came && shown >= counted) return `its container counts ${counted} frames`;
  const decoded = ask(findFfmpeg().path, [
    '-nostdin',
    '-v',
    'error',
    '-i',
    address,
    '-map',
    '0:V:0',
    '-f',
    'null',
    '-',
  ]);
  if (decoded.status !== 0 || decoded.stderr.trim())
    return `ffmpeg says ${decoded.stderr.trim().split('\n')[0] ?? decoded.status}`;
  return undefined;
}

function ask(program: string, args: readonly string[]) {
  const { status, stdout, stderr } = spawnSync(program, ['-v', 'error', ...args], {
    encoding: 'utf8',
    timeout: 15_000,
    maxBuffer: 1 << 26,
  });
  return { status, stdout: stdout ?? '', stderr: stderr ?? '' };
}
