import { endsWithChunk, isOpenSize } from './aviChunks.js';
import { FileBytes } from './fileBytes.js';
import { missingPackets, packetSize } from './transportPackets.js';

/** Returns what is missing at the end of a file of its format; undefined when nothing is, or when it cannot be known. */
type EndCheck = (file: FileBytes) => Promise<string | undefined>;

const CUT = 'the file is cut off: it ends before';

/**
 * What is missing at the end of a file, found from the sizes and marks that its format states: ffmpeg stops at the end of
 * many cut files without an error. Of most formats only a few bytes are read.
 * @returns a complaint; undefined when the end is whole, or when the format does not show it.
 */
export function missingEnd(path: string): Promise<string | undefined> {
  return FileBytes.of(path, async (file) => checkFor(await file.read(0, 600))?.(file));
}

/** The file's own first bytes decide, not its name. */
function checkFor(head: Buffer): EndCheck | undefined {
  const text = (from: number, to: number) => head.toString('latin1', from, to);
  if (text(0, 4) === 'GIF8') return gif;
  if (text(0, 4) === 'RIFF' || text(0, 4) === 'RIFX') return riff;
  if (text(0, 4) === 'OggS') return ogg;
  if (text(0, 10) === 'YUV4MPEG2 ') return y4m;
  if (text(0, 3) === 'FLV') return flv;
  if (text(0, 8) === '\x89PNG\r\n\x1a\n') return png;
  if (text(0, 4) === '\x1a\x45\xdf\xa3') return matroska;
  if (text(0, 4) === '\x30\x26\xb2\x75') return asf;
  if (text(0, 3) === '\xff\xd8\xff') return jpeg;
  if (/^(ftyp|styp|moov|mdat|wide|free|skip|sidx|moof)$/.test(text(4, 8))) return boxes;
  if (text(0, 3) === '\x1f\x07\x00') return dv;
  const packet = packetSize(head);
  return packet ? (file) => missingPackets(file, packet) : undefined;
}

/** Header, colours, then blocks of sub-blocks until the trailer, byte 0x3b. */
const gif: EndCheck = async (file) => {
  const colours = (flags: number) => (flags & 0x80 ? 3 << ((flags & 7) + 1) : 0);
  let at = 13 + colours((await file.read(10, 1))[0] ?? 0);
  for (;;) {
    const block = await file.read(at, 10);
    if (block[0] === 0x3b) return undefined;
    if (block[0] === 0x21) at += 2;
    else if (block[0] === 0x2c && block.length === 10) at += 10 + colours(block[9]!) + 1;
    // Encoders may pad; the decoder reports any other damage.
    else return block.length === 0 || block[0] === 0x2c ? `${CUT} its trailer` : undefined;
    for (let length = 1; length > 0; at += length + 1) {
      const next = await file.read(at, 1);
      if (next.length === 0) return `${CUT} its trailer`;
      length = next[0]!;
      if (length === 0) {
        at++;
        break;
      }
    }
  }
};

/** AVI and WebP: chunks that state their size; a long AVI is several. */
const riff: EndCheck = async (file) => {
  for (let at = 0; at < file.size; ) {
    const head = await file.read(at, 12);
    if (head.length < 8 || head.toString('latin1', 0, 4) !== 'RIFF') return undefined;
    const size = head.readUInt32LE(4);
    // A recorder that could not go back to the header leaves the size open.
    if (isOpenSize(size)) return (await endsWithChunk(file)) ? undefined : `${CUT} its last chunk is whole`;
    // Not to the byte: some writers count the header in.
    if (at + size > file.size)
      return `${CUT} the ${head.toString('latin1', 8, 12).trim()} part that its header states`;
    at += 8 + size + (size % 2);
  }
  return undefined;
};

/** The last page carries the flag that it is the last. */
const ogg: EndCheck = async (file) => {
  const tail = Buffer.from(await file.tail(1 << 17));
  const at = tail.lastIndexOf('OggS');
  const page = tail.subarray(at);
  if (at < 0 || page.length < 27) return `${CUT} its last page`;
  const segments = page[26]!;
  const size = 27 + segments + page.subarray(27, 27 + segments).reduce((sum, each) => sum + each, 0);
  if (page.length < size || page.length < 27 + segments) return `${CUT} its last page is whole`;
  return page[5]! & 4 ? undefined : `${CUT} the page that is marked as its last`;
};

/** A line of settings, then frames of one size, each after a line `FRAME`. */
const y4m: EndCheck = async (file) => {
  const header = (await file.read(0, 600)).toString('latin1').split('\n')[0]!;
  const setting = (letter: string) => new RegExp(` ${letter}(\\S+)`).exec(header)?.[1] ?? '';
  const [width, height, colours] = [Number(setting('W')), Number(setting('H')), setting('C') || '420'];
  const half = (size: number) => Math.ceil(size / 2);
  const chroma = /^mono/.test(colours)
    ? 0
    : /^444/.test(colours)
      ? 2 * width * height
      : /^422/.test(colours)
        ? 2 * half(width) * height
        : /^411/.test(colours)
          ? 2 * Math.ceil(width / 4) * height
          : 2 * half(width) * half(height);
  const alpha = /alpha/.test(colours) ? width * height : 0;
  const frame = (width * height + chroma + alpha) * (/p1[0-6]|mono1[0-6]|p9/.test(colours) ? 2 : 1);
  const first = await file.read(header.length + 1, 6);
  // Frames with settings of their own are rare; their size is not known here.
  if (!(frame > 0) || first.toString('latin1') !== 'FRAME\n') return undefined;
  const rest = (file.size - header.length - 1) % (frame + 6);
  return rest === 0 ? undefined : `${CUT} its last frame is whole`;
};

/** Tags that state their size before and after their data. */
const flv: EndCheck = async (file) => {
  for (let at = (await file.read(5, 4)).readUInt32BE(0) + 4; at < file.size; ) {
    const tag = await file.read(at, 11);
    if (tag.length === 11 && ![8, 9, 18].includes(tag[0]! & 0x1f)) return undefined;
    at += 15 + (tag.length < 4 ? 0 : tag.readUIntBE(1, 3));
    if (tag.length < 11 || at > file.size) return `${CUT} its last tag is whole`;
  }
  return undefined;
};

const png: EndCheck = async (file) => {
  const tail = await file.tail(1 << 12);
  return tail.includes('IEND') ? undefined : `${CUT} its end mark (IEND)`;
};

const jpeg: EndCheck = async (file) => {
  const tail = await file.tail(1 << 12);
  return tail.includes('\xff\xd9', 0, 'latin1') ? undefined : `${CUT} the end mark (EOI) of its last image`;
};

/** The segment states its size, unless it was written as a stream. */
const matroska: EndCheck = async (file) => {
  const head = await file.read(0, 600);
  const header = variableSize(head, 4);
  const at = header ? 4 + header.bytes + header.value : head.length;
  if (at + 12 > head.length || head.readUInt32BE(at) !== 0x18538067) return undefined;
  const segment = variableSize(head, at + 4);
  if (!segment || segment.unknown) return undefined;
  return at + 4 + segment.bytes + segment.value > file.size
    ? `${CUT} the segment that its header states`
    : undefined;
};

/** EBML's numbers: the first byte's leading zeros say how many bytes follow; all ones mean unknown. */
function variableSize(
  bytes: Buffer,
  at: number,
): { value: number; bytes: number; unknown: boolean } | undefined {
  const first = bytes[at] ?? 0;
  if (first === 0) return undefined;
  const length = Math.clz32(first) - 23;
  let value = first & (0xff >> length);
  let unknown = value === 0xff >> length;
  for (let i = 1; i < length; i++) {
    value = value * 256 + (bytes[at + i] ?? 0);
    unknown &&= bytes[at + i] === 0xff;
  }
  return { value, bytes: length, unknown };
}

/** Objects that state their size: header, data, indexes. */
const asf: EndCheck = async (file) => {
  for (let at = 0; at < file.size; ) {
    const object = await file.read(at, 24);
    const size = object.length === 24 ? Number(object.readBigUInt64LE(16)) : 0;
    // A live recording leaves the size of its data open.
    if (object.length === 24 && size < 24) return undefined;
    if (object.length < 24 || at + size > file.size) return `${CUT} the data that its header states`;
    at += size;
  }
  return undefined;
};

/** Boxes that state their size: MP4, MOV and their fragments. */
const boxes: EndCheck = async (file) => {
  let fragmented = false;
  for (let at = 0; at < file.size; ) {
    const head = await file.read(at, 16);
    const kind = head.toString('latin1', 4, 8);
    fragmented ||= kind === 'moof';
    const known = head.length < 8 || /^[\w\xa9 ]{4}$/.test(kind);
    // Behind the last box anything may stand; between fragments it hides the next one.
    if (!known) return fragmented ? 'something that is not a box stands between its fragments' : undefined;
    const short = head.length >= 8 ? head.readUInt32BE(0) : 8;
    // Size 0 is "to the end of the file".
    if (short === 0) return undefined;
    const size = short === 1 && head.length === 16 ? Number(head.readBigUInt64BE(8)) : short;
    if (size < 8 && short !== 1) return undefined;
    if (head.length < 8 || at + size > file.size) return `${CUT} its last box (${kind}) is whole`;
    at += size;
  }
  return undefined;
};

/** Frames of one size: 144,000 bytes at 25 per second, else 120,000. */
const dv: EndCheck = async (file) => {
  const frame = (await file.read(3, 1))[0]! & 0x80 ? 144000 : 120000;
  return file.size % frame === 0 ? undefined : `${CUT} its last frame is whole`;
};
