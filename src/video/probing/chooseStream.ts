/** What ffprobe reports about a stream that distinguishes a video from a still image. */
export interface StreamFacts {
  readonly codec_type?: string;
  readonly codec_name?: string;
  readonly avg_frame_rate?: string;
  readonly duration?: string;
  readonly nb_frames?: string;
  readonly tags?: { readonly DURATION?: string };
  readonly disposition?: { readonly attached_pic?: number };
}

/** A still lasts at most this share of the video beside it. */
const STILL_SHARE = 0.1;
const IMAGE_CODECS = /^(mjpeg|png|bmp|gif|webp|tiff|jpeg2000|jpegls)$/;

/**
 * The video stream of a file: the first that moves. Covers and thumbnails are stills, whether they are marked as attached
 * images or not: one image by the container's count, or an image codec whose length is unknown or short beside that of
 * another stream. A file of stills alone gives its first.
 * @param streams all streams of the file, in ffprobe's order
 */
export function chooseStream<Stream extends StreamFacts>(streams: readonly Stream[]): Stream | undefined {
  const videos = streams.filter((each) => each.codec_type === 'video' && !each.disposition?.attached_pic);
  const longest = Math.max(...videos.map(lengthOf));
  return videos.find((each) => !isStill(each, longest)) ?? videos[0];
}

function isStill(stream: StreamFacts, longest: number): boolean {
  if (Number(stream.nb_frames) === 1) return true;
  const length = lengthOf(stream);
  if (longest > 0 && length > 0 && length < STILL_SHARE * longest) {
    const [above, below] = (stream.avg_frame_rate ?? '').split('/').map(Number) as [number, number?];
    const images = below && above ? (length * above) / below : 0;
    // Half an image of tolerance: the length of one image is written rounded.
    if (images < 1.5 || IMAGE_CODECS.test(stream.codec_name ?? '')) return true;
  }
  return length === 0 && !Number(stream.nb_frames) && IMAGE_CODECS.test(stream.codec_name ?? '');
}

/** Seconds; 0 when unknown. Matroska's tag comes first: ffprobe reports the whole file's length as each stream's. */
function lengthOf(stream: StreamFacts): number {
  const tag = (stream.tags?.DURATION ?? '')
    .split(':')
    .reduce((sum, part) => sum * 60 + (Number(part) || 0), 0);
  return tag || Number(stream.duration) || 0;
}
