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
  #fit: LiveSession['fit'];
  readonly #home: LiveSession['home'];
  readonly #context: CanvasRenderingContext2D;
  #address: string | undefined;
  #name: string | undefined;
  /** Seconds of the video at the last image. */
  #position = 0;

  constructor(video: HTMLVideoElement, session: LiveSession) {
    this.#video = video;
    this.#shape = session.settings.frame;
    this.#fit = session.fit;
    this.#home = session.home;
    this.#context = document.createElement('canvas').getContext('2d', { willReadFrequently: true })!;
    this.suit(session);
  }

  /** What is watched, in words; nothing where nothing plays. */
  get name(): string | undefined {
    return this.#name;
  }

  /** Give the frames of this session from now on. */
  suit({ settings, fit }: LiveSession): void {
    this.#shape = settings.frame;
    this.#fit = fit;
    const { width, height } = settings.frame;
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
      this.#name = 'the camera';
    } catch (error) {
      throw new ForeframeError(cameraFault(error), { cause: error });
    }
  }

  /** @param address of a video @throws ForeframeError where the browser cannot play it */
  useAddress(address: string, name: string): Promise<void> {
    this.#leave();
    return this.#play(address, name);
  }

  /** @throws ForeframeError where the browser cannot play it */
  useFile(file: File): Promise<void> {
    this.#leave();
    this.#address = URL.createObjectURL(file);
    return this.#play(this.#address, file.name);
  }

  async #play(address: string, name: string): Promise<void> {
    this.#video.src = address;
    this.#video.loop = true;
    await this.#video.play().catch((error: unknown) => {
      // What a browser says about a file that it cannot play helps nobody.
      const why = errorName(error) === 'NotSupportedError' ? '' : ` (${messageOf(error)})`;
      const other =
        this.#home === 'server' ? ', or start foreframe live with this file and --engine node' : '';
      throw new ForeframeError(
        `this browser cannot play ${name}${why}: convert it to H.264 in mp4 or to WebM${other}`,
      );
    });
    this.#name = name;
  }

  /**
   * Call `each` whenever the video shows another image, as often as it does.
   * @param each gets when the camera took it, on the clock of `performance.now()`, as far as the browser knows
   * @param onRestart hears that a file has begun anew, before its first image comes
   */
  follow(each: (captured: number) => void, onRestart: () => void): void {
    const video = this.#video;
    const next = (now: number, metadata?: VideoFrameCallbackMetadata) => {
      const position = metadata?.mediaTime ?? video.currentTime;
      if (position < this.#position && video.loop) onRestart();
      this.#position = position;
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
    this.#address = this.#name = undefined;
    this.#video.loop = false;
    this.#position = 0;
  }
}

function errorName(error: unknown): string {
  return error instanceof DOMException ? error.name : '';
}

function cameraFault(error: unknown): string {
  const name = errorName(error);
  if (name === 'NotAllowedError')
    return 'the browser may not use the camera: allow it beside the address, or watch a video file';
  if (name === 'NotFoundError') return 'there is no camera: connect one, or watch a video file';
  if (name === 'NotReadableError')
    return 'the camera is used by another program: close that, or watch a video file';
  return `the camera does not start (${messageOf(error)}): watch a video file`;
}
