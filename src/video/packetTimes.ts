import { type FfprobeOptions, runFfprobe } from './ffprobe.js';

/** How long the pictures of a file last, in seconds, and how many they are. */
export interface PacketTimes {
  /** 0 where the packets have no times: a bare stream without a container, such as .h264. */
  readonly duration: number;
  readonly count: number;
}

/**
 * Read all packets of a file's first video stream, as recorders that write a stream (MediaRecorder's WebM) leave the length out.
 * @throws what `runFfprobe` throws
 */
export async function packetTimes(address: string, options: FfprobeOptions): Promise<PacketTimes> {
  const entries = ['-select_streams', 'V:0', '-show_entries', 'packet=pts_time,duration_time'];
  const text = await runFfprobe([...entries, '-of', 'csv=p=0', '-i', address], options);
  let [start, end, count] = [Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY, 0];
  for (const line of text.split('\n')) {
    if (line.trim() === '') continue;
    count++;
    const [time, length] = line.split(',').map(Number) as [number, number?];
    if (Number.isNaN(time)) continue;
    start = Math.min(start, time);
    end = Math.max(end, time + (length || 0));
  }
  return { duration: Math.max(0, end - start) || 0, count };
}
