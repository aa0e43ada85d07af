import type { FileBytes } from './fileBytes.js';

/** Packets read at a time. */
const AT_ONCE = 2000;

/** What is known of a stream of packets, by its number. */
interface PacketStream {
  counter: number;
  video: boolean;
  /** A table of contents has come since that does not follow the one before, or counts from 0: a recording was joined on. */
  joined: 'surely' | 'perhaps' | undefined;
}

/** How long the packets of a transport stream are: plain, with a time in front, with a check behind; undefined for another file. */
export function packetSize(head: Buffer): number | undefined {
  return [188, 192, 204].find((size) => {
    const first = size === 192 ? 4 : 0;
    return [0, 1, 2].every((i) => head[first + i * size] === 0x47);
  });
}

/**
 * Whether packets of a transport stream's video are missing or unreadable. Each packet carries a counter, which ffmpeg does not
 * report. Joined recordings each begin with a table of contents, and count from the start again.
 * @returns a complaint; undefined when every packet of video is there
 */
export async function missingPackets(file: FileBytes, size: number): Promise<string | undefined> {
  const streams = new Map<number, PacketStream>();
  for (let at = 0; at < file.size; at += size * AT_ONCE) {
    const block = await file.read(at, size * AT_ONCE);
    for (let from = size === 192 ? 4 : 0; from + 188 <= block.length; from += size) {
      if (block[from] !== 0x47) return 'packets of the transport stream are unreadable';
      if (!follows(block.subarray(from, from + 188), streams))
        return 'packets of the transport stream are missing';
    }
  }
  return file.size % size === 0 ? undefined : 'the file is cut off: it ends before its last packet is whole';
}

/** Records a packet; false when a packet of its stream is missing before it. */
function follows(packet: Buffer, streams: Map<number, PacketStream>): boolean {
  const number = ((packet[1]! & 0x1f) << 8) | packet[2]!;
  const table = number === 0 ? streams.get(0) : undefined;
  if (table) {
    const count = packet[3]! & 0xf;
    const joined = count !== ((table.counter + 1) & 0xf) ? 'surely' : count === 0 ? 'perhaps' : undefined;
    for (const each of streams.values()) each.joined = joined;
  }
  const [begins, adapted, filled] = [packet[1]! & 0x40, packet[3]! & 0x20, packet[3]! & 0x10];
  if (!filled || number === 0x1fff) return true;
  const counter = packet[3]! & 0xf;
  const payload = 4 + (adapted ? 1 + packet[4]! : 0);
  // A packet of a video stream: 00 00 01, then e0 to ef.
  const video = begins !== 0 && payload + 4 <= 188 && packet.readUInt32BE(payload) >>> 4 === 0x1e;
  const known = streams.get(number);
  const announced = adapted && packet[4]! > 0 && packet[5]! & 0x80;
  const next = !known || counter === known.counter || counter === ((known.counter + 1) & 0xf);
  const forgiven =
    announced ||
    !known?.video ||
    (begins && (known.joined === 'surely' || (known.joined === 'perhaps' && counter === 0)));
  streams.set(number, { counter, video: video || known?.video === true, joined: undefined });
  return next || Boolean(forgiven);
}
