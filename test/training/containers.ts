export const x264 = ['-c:v', 'libx264', '-crf', '8', '-pix_fmt', 'yuv420p'];

/** Every kind of container: its name's ending, how it is encoded, and through which pipe where it is written as a stream. */
export const kinds: Record<string, { ending: string; codec: string[]; pipe?: string }> = {
  mp4: { ending: 'mp4', codec: x264 },
  'mp4, open groups': { ending: 'mp4', codec: [...x264, '-bf', '3', '-x264-params', 'open-gop=1'] },
  'mp4, index in front': { ending: 'mp4', codec: [...x264, '-movflags', '+faststart'] },
  'mp4, fragmented': { ending: 'mp4', codec: [...x264, '-movflags', 'frag_keyframe+empty_moov'] },
  mov: { ending: 'mov', codec: ['-c:v', 'mpeg4', '-q:v', '1', '-bf', '2'] },
  mkv: { ending: 'mkv', codec: x264 },
  'mkv, recorded': { ending: 'mkv', codec: x264, pipe: 'matroska' },
  'webm, recorded': { ending: 'webm', codec: ['-c:v', 'libvpx', '-b:v', '1M'], pipe: 'webm' },
  avi: { ending: 'avi', codec: ['-c:v', 'mpeg4', '-q:v', '1', '-bf', '2'] },
  'avi with h264': { ending: 'avi', codec: x264 },
  flv: { ending: 'flv', codec: x264 },
  ts: { ending: 'ts', codec: x264 },
  'program stream': { ending: 'mpg', codec: ['-c:v', 'mpeg2video', '-q:v', '1', '-bf', '2'] },
  wmv: { ending: 'wmv', codec: ['-c:v', 'wmv2', '-q:v', '1'] },
  gif: { ending: 'gif', codec: [] },
  nut: { ending: 'nut', codec: ['-c:v', 'ffv1'] },
};
