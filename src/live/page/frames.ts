import { ForeframeError, messageOf } from '../../common/errors.js';
import type { FrameShape } from '../../models/videoModel.js';
import { fitted } from '../watching/fitted.js';
import type { LiveSession } from '../watching/messages.js';

/** Luma of red, green and blue (BT.601), as ffmpeg makes grey of them. */
const LUMA = [0.299, 0.587, 0.114] as const;

/** A camera, or a video file over and over, as frames of a network's size. */
export class VideoFrames {
  readonly #video: HTMLVideoElement;
  #shape: FrameShape;
  readonly #fit: LiveSession['fit'];
  readonly #context: CanvasRenderingContext2D;
  #address: string | undefined;

  constructor(video: HTMLVideoElement, shape: FrameShape, fit: LiveSession['fit']) {
    this.#video = video;
    this.#shape = shape;
    this.#fit = fit;
    this.#context = document.createElement('canvas').getContext('2d', { willReadFrequently: true })!;
    this.resize(shape);
  }

  /** Give frames of this shape from now on. */
  resize(shape: FrameShape): void {
    this.#shape = shape;
    const { width, height } = shape;
    Object.assign(this.#context.canvas, { width, height });
    // A canvas that changes its size forgets how it draws.
    this.#context.imageSmoothingQuality = 'high';
  }

  /** @throws ForeframeError in words for a person, where there is no camera or it may not be used */
  async useCamera(): Promise<void> {
    const { width, height } = this.#shape;
    const size = { width: { ideal: Math.max(320, width) }, height: { ideal: Math.max(240, height) } };
    try {
      const stream = await navigator.mediaDevices.getUserMedia({ video: size });
      this.#leave();
      this.#video.srcObject = stream;
      await this.#video.play();
    } catch (error) {
      throw new ForeframeError(cameraFault(error), { cause: error });
    }
  }

  /** @param file a file, or an address of this server @throws ForeframeError where the browser cannot play it */
  async useFile(file: File | string): Promise<void> {
    this.#leave();
    this.#address = typeof file === 'string' ? undefined : URL.createObjectURL(file);
    this.#video.src = this.#address ?? String(file);
    this.#video.loop = true;
    const name = typeof file === 'string' ? 'the video' : file.name;
    await this.#video.play().catch((error: unknown) => {
      throw new ForeframeError(
        `this browser cannot play ${name} (${messageOf(error)}): convert it to H.264 in mp4, or to WebM`,
      );
    });
  }

  /**
   * Call `each` whenever the video shows another image, as often as it does.
   * @param each gets when the camera took it, on the clock of `performance.now()`, as far as the browser knows
   */
  follow(each: (captured: number) => void): void {
    const video = this.#video;
    const next = (now: number, metadata?: VideoFrameCallbackMetadata) => {
      each(metadata?.captureTime ?? now);
      again();
    };
    const again = () =>
      'requestVideoFrameCallback' in video
        ? video.requestVideoFrameCallback(next)
        : requestAnimationFrame(next);
    again();
  }

  /** The image that is shown, as a frame of bytes; nothing while there is none. */
  grab(): Uint8Array | undefined {
    const video = this.#video;
    if (video.readyState < HTMLMediaElement.HAVE_CURRENT_DATA || video.videoWidth === 0) return undefined;
    const { width, height, channels } = this.#shape;
    const image = { width: video.videoWidth, height: video.videoHeight };
    const { from, to } = fitted(this.#fit, image, this.#shape);
    this.#context.drawImage(
      video,
      ...([from.x, from.y, from.width, from.height] as const),
      ...([to.x, to.y, to.width, to.height] as const),
    );
    const { data } = this.#context.getImageData(0, 0, width, height);
    const frame = new Uint8Array(width * height * channels);
    for (let pixel = 0; pixel < width * height; pixel++) {
      const [r, g, b] = [data[4 * pixel]!, data[4 * pixel + 1]!, data[4 * pixel + 2]!];
      if (channels === 3) frame.set([r, g, b], 3 * pixel);
      else frame[pixel] = Math.round(LUMA[0] * r + LUMA[1] * g + LUMA[2] * b);
    }
    return frame;
  }

  #leave(): void {
    const { srcObject } = this.#video;
    if (srcObject instanceof MediaStream) for (const track of srcObject.getTracks()) track.stop();
    this.#video.srcObject = null;
    if (this.#address !== undefined) URL.revokeObjectURL(this.#address);
    this.#address = undefined;
  }
}

function cameraFault(error: unknown): string {
  const name = error instanceof DOMException ? error.name : '';
  if (name === 'NotAllowedError')
    return 'the browser may not use the camera: allow it beside the address, or watch a video file';
  if (name === 'NotFoundError') return 'there is no camera: connect one, or watch a video file';
  if (name === 'NotReadableError')
    return 'the camera is used by another program: close that, or watch a video file';
  return `the camera does not start (${messageOf(error)}): watch a video file`;
}
