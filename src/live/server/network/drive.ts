import { setImmediate as turn } from 'node:timers/promises';
import type { WebSocket } from 'ws';
import { ForeframeError, InterruptedError, messageOf } from '../../../common/errors.js';
import { withoutPasswords } from '../../../common/text/withoutPasswords.js';
import { frameOptions } from '../../../data/videoSource.js';
import type { VideoSource } from '../../../video/index.js';
import { LiveLoop } from '../../watching/liveLoop.js';
import type { FromNetwork, ToNetwork } from '../../watching/messages.js';
import { MOST_WAITING } from '../../watching/samplingRate.js';
import { encodeMessage } from '../../watching/wire.js';
import type { OpenSession } from '../openSession.js';
import { saveLearned } from '../saveSession.js';
import { FrameIntake } from './frameIntake.js';
import { type OwnNetwork, openOwnNetwork } from './ownNetwork.js';
import { sourceFrames } from './sourceFrames.js';

/** Codes of RFC 6455 with which a socket is closed. */
const FAULT = { policy: 1008, tooLarge: 1009 } as const;
/** Messages that a page has not taken yet, at most: the network then waits. */
const MOST_UNSENT = 8;
/** Bytes of a message besides the frame in it. */
const BESIDE_FRAME = 1024;

/** What is used of a page's socket. */
export type PageSocket = Pick<WebSocket, 'readyState' | 'OPEN' | 'send' | 'close'>;

type Open = Extract<ToNetwork, { kind: 'open' }>;

/** A page at the wheel: from its first message until its socket is closed, one network computes for it. */
export class Drive {
  readonly #socket: PageSocket;
  readonly #session: OpenSession;
  readonly #onSaved: ((folder: string) => void) | undefined;
  readonly #ended = new AbortController();
  #asked: Open | undefined;
  #opening: Promise<{ own: OwnNetwork; loop: LiveLoop } | undefined> | undefined;
  #intake = new FrameIntake();
  #unsent = 0;
  #taken = () => {};
  #seconds = 0;

  constructor(socket: PageSocket, session: OpenSession, onSaved?: (folder: string) => void) {
    this.#socket = socket;
    this.#session = session;
    this.#onSaved = onSaved;
  }

  /** @param free ends when the network of the page before is gone @throws ForeframeError for what no page sends */
  take(message: ToNetwork, bytes: number, free: Promise<void>): void {
    if (message.kind === 'open') {
      if (this.#asked) throw new ForeframeError('the page has opened its network twice: reload it');
      this.#asked = message;
      this.#opening = this.#open(message, free);
      return;
    }
    if (!this.#asked) throw new ForeframeError('the page has opened no network: reload it');
    if (message.kind === 'frame') this.#checkFrame(message, bytes);
    void this.#do(message);
  }

  /** Say why, and end. */
  refuse(reason: string, code: keyof typeof FAULT = 'policy'): void {
    this.#tell({ kind: 'failed', message: reason });
    // At most 123 bytes, says the protocol; the message said all of it.
    this.#socket.close(FAULT[code]);
  }

  /** Ends when the network is gone. */
  async close(): Promise<void> {
    this.#ended.abort();
    this.#taken();
    await (await this.#opening)?.own.network.dispose();
  }

  async #open(message: Open, free: Promise<void>) {
    try {
      await free;
      if (this.#ended.signal.aborted) return undefined;
      const own = await openOwnNetwork(this.#session, message);
      const loop = new LiveLoop(
        own.network,
        (said) => this.#tell(said),
        () => this.#breathe(),
      );
      this.#tell({ kind: 'opened', device: own.device });
      const { source } = this.#session;
      if (source) void this.#watch(source, message, loop);
      return { own, loop };
    } catch (error) {
      this.#tell({ kind: 'failed', message: messageOf(error) });
      return undefined;
    }
  }

  async #do(message: Exclude<ToNetwork, Open>): Promise<void> {
    const opened = await this.#opening;
    if (!opened || this.#ended.signal.aborted) return;
    if (message.kind === 'save') await this.#save(opened.own);
    else {
      if (message.kind === 'learn' && message.learningRate === 0) this.#intake.sampling.learned(0);
      await opened.loop.take(message);
    }
  }

  /** Weights of now, written here: they need not go to the page and back. */
  async #save({ engine, network }: OwnNetwork): Promise<void> {
    try {
      const state = await engine.state();
      const learned = { state, steps: network.steps, seconds: this.#seconds };
      const folder = await saveLearned(this.#session, learned, {
        tensorflow: engine.tensorflow,
        settings: this.#asked!.settings,
      });
      this.#onSaved?.(folder);
      this.#tell({ kind: 'kept', folder });
    } catch (error) {
      this.#tell({ kind: 'unsaved', message: messageOf(error) });
    }
  }

  /** Watch a source of this process for as long as the page is there. */
  async #watch(source: VideoSource, { settings }: Open, loop: LiveLoop): Promise<void> {
    const { signal } = this.#ended;
    const { config, page } = this.#session;
    const { width, height, channels } = settings.frame;
    const intake = this.#intake;
    intake.sampling.asked = page.rate;
    const note = (line: string) => this.#tell({ kind: 'note', message: withoutPasswords(line) });
    const options = {
      ...frameOptions(config.data),
      ...{ width, height, rate: page.rate, signal, onWait: note },
      color: channels === 1 ? 'grey' : 'rgb',
    } as const;
    try {
      for await (const frame of sourceFrames(source, options)) {
        if (frame === 'again') void loop.take({ kind: 'cut' });
        else if (intake.due()) {
          const number = intake.take(frame.data);
          if (number !== undefined) void loop.take({ kind: 'frame', number, frame: frame.data });
        }
      }
      note(`${source.name} has ended: nothing new comes`);
    } catch (error) {
      if (!(error instanceof InterruptedError)) this.#tell({ kind: 'failed', message: messageOf(error) });
    }
  }

  #checkFrame({ frame }: Extract<ToNetwork, { kind: 'frame' }>, bytes: number): void {
    const { height, width, channels } = this.#asked!.settings.frame;
    const size = height * width * channels;
    if (bytes > size + BESIDE_FRAME || frame.length !== size)
      throw new ForeframeError(`the page sent a frame of ${frame.length} values, not ${size}: reload it`);
    if (this.#session.source)
      throw new ForeframeError('the page sent a frame that nobody asked for: reload it');
    if (!this.#intake.wait())
      throw new ForeframeError(`the page sent more than ${MOST_WAITING} frames that wait: reload it`);
  }

  #tell(said: FromNetwork): void {
    if (this.#socket.readyState !== this.#socket.OPEN) return;
    this.#unsent++;
    this.#socket.send(encodeMessage(this.#completed(said)), () => {
      this.#unsent--;
      this.#taken();
    });
  }

  /** A frame that came from here goes with what was seen of it. */
  #completed(said: FromNetwork): FromNetwork {
    if (said.kind === 'learned') {
      this.#seconds += said.learned.milliseconds / 1000;
      this.#intake.sampling.learned(said.learned.milliseconds);
    }
    if (said.kind !== 'seen') return said;
    this.#intake.sampling.watched(said.seen.milliseconds);
    return { ...said, ...this.#intake.seen(said.seen.number) };
  }

  /** Let messages come in, and wait for a page that does not take what it was sent. */
  async #breathe(): Promise<void> {
    await turn();
    while (this.#unsent > MOST_UNSENT && !this.#ended.signal.aborted)
      await new Promise<void>((resolve) => {
        this.#taken = resolve;
      });
  }
}
