import { setImmediate as turn } from 'node:timers/promises';
import type { WebSocket } from 'ws';
import { ForeframeError, InterruptedError, messageOf } from '../../../common/errors.js';
import { withoutPasswords } from '../../../common/text/withoutPasswords.js';
import { frameOptions } from '../../../data/videoSource.js';
import type { VideoSource } from '../../../video/index.js';
import { LiveLoop } from '../../watching/liveLoop.js';
import type { FromNetwork, ToServer, Wish } from '../../watching/messages.js';
import { MOST_WAITING } from '../../watching/samplingRate.js';
import { encodeMessage } from '../../watching/wire.js';
import { chosenSession } from '../chosenSession.js';
import type { OpenSession } from '../openSession.js';
import { saveLearned } from '../saveSession.js';
import { FrameIntake } from './frameIntake.js';
import { type OwnNetwork, openOwnNetwork } from './ownNetwork.js';
import { sourceFrames } from './sourceFrames.js';

/** Code of RFC 6455 with which a socket is closed that does what no page does. */
const POLICY_VIOLATION = 1008;
/** Messages that a page has not taken yet, at most: the network then waits. */
const MOST_UNSENT = 8;

/** What is used of a page's socket. */
export type PageSocket = Pick<WebSocket, 'readyState' | 'OPEN' | 'send' | 'close'>;

type Open = Extract<ToServer, { kind: 'open' }>;

interface Opened extends OwnNetwork {
  readonly session: OpenSession;
  readonly loop: LiveLoop;
}

export interface DriveOptions {
  readonly socket: PageSocket;
  /** What `foreframe live` was started with; a page may choose another session. */
  readonly started: OpenSession;
  /** Ends when the network of the page before is gone. @throws ForeframeError where another page has one */
  readonly claim: () => Promise<void>;
  readonly onSaved?: (folder: string) => void;
}

/** A page at the wheel: from its first message until its socket is closed, one network computes for it. */
export class Drive {
  readonly #socket: PageSocket;
  readonly #started: OpenSession;
  readonly #claim: () => Promise<void>;
  readonly #onSaved: ((folder: string) => void) | undefined;
  readonly #ended = new AbortController();
  readonly #intake = new FrameIntake();
  #opening: Promise<Opened | undefined> | undefined;
  #unsent = 0;
  #taken = () => {};
  #seconds = 0;

  constructor({ socket, started, claim, onSaved }: DriveOptions) {
    this.#socket = socket;
    this.#started = started;
    this.#claim = claim;
    this.#onSaved = onSaved;
  }

  /** Whether its page has gone. */
  get ended(): boolean {
    return this.#ended.signal.aborted;
  }

  /** @throws ForeframeError for what no page sends */
  take(message: ToServer): void {
    if (message.kind === 'open') {
      if (this.#opening) throw new ForeframeError('the page has opened its network twice: reload it');
      this.#opening = this.#open(message);
      return;
    }
    if (!this.#opening) throw new ForeframeError('the page has opened no network: reload it');
    if (message.kind === 'frame' && !this.#intake.wait())
      throw new ForeframeError(`the page sent more than ${MOST_WAITING} frames that wait: reload it`);
    void this.#do(message);
  }

  /** Say why, and end. */
  refuse(reason: string): void {
    // Of the socket's own reason at most 123 bytes arrive.
    this.#tell({ kind: 'failed', message: reason });
    this.#socket.close(POLICY_VIOLATION);
  }

  /** Ends when the network is gone. */
  async close(): Promise<void> {
    this.#ended.abort();
    this.#taken();
    await (await this.#opening)?.network.dispose();
  }

  async #open({ choice }: Open): Promise<Opened | undefined> {
    try {
      await this.#claim();
      if (this.ended) return undefined;
      const session = choice ? await chosenSession(this.#started, JSON.stringify(choice)) : this.#started;
      const own = await openOwnNetwork(session);
      const loop = new LiveLoop(
        own.network,
        (said) => this.#tell(said),
        () => this.#breathe(),
      );
      const opened = { ...own, session, loop };
      this.#tell({ kind: 'opened', device: own.device });
      if (session.source) void this.#watch(session.source, opened);
      return opened;
    } catch (error) {
      this.refuse(messageOf(error));
      return undefined;
    }
  }

  async #do(message: Wish): Promise<void> {
    const opened = await this.#opening;
    if (!opened || this.ended) return;
    if (message.kind === 'save') return this.#save(opened);
    const fault = message.kind === 'frame' ? frameFault(message, opened.session) : undefined;
    if (fault !== undefined) return this.refuse(fault);
    if (message.kind === 'learn' && message.learningRate === 0) this.#intake.sampling.learned(0);
    await opened.loop.take(message);
  }

  /** Weights of now, written here: they need not go to the page and back. */
  async #save({ session, engine, network }: Opened): Promise<void> {
    try {
      const state = await engine.state();
      const learned = { state, steps: network.steps, seconds: this.#seconds };
      const folder = await saveLearned(session, learned, engine.tensorflow);
      this.#onSaved?.(folder);
      this.#tell({ kind: 'kept', folder });
    } catch (error) {
      this.#tell({ kind: 'unsaved', message: messageOf(error) });
    }
  }

  /** Watch a source of this process for as long as the page is there. */
  async #watch(source: VideoSource, { session, loop }: Opened): Promise<void> {
    const { config, page } = session;
    const intake = this.#intake;
    intake.sampling.asked = page.rate;
    const note = (line: string) => this.#tell({ kind: 'note', message: withoutPasswords(line) });
    const options = {
      ...frameOptions(config.data),
      ...{ rate: page.rate, signal: this.#ended.signal, onWait: note },
    };
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
    return { ...said, ...this.#intake.seen(said.seen) };
  }

  /** Let messages come in, and wait for a page that does not take what it was sent. */
  async #breathe(): Promise<void> {
    await turn();
    while (this.#unsent > MOST_UNSENT && !this.ended)
      await new Promise<void>((resolve) => {
        this.#taken = resolve;
      });
  }
}

/** Why a page has no reason to send a frame; nothing where it has. */
function frameFault(
  { frame }: Extract<Wish, { kind: 'frame' }>,
  { page, source }: OpenSession,
): string | undefined {
  if (source) return 'the page sent a frame that nobody asked for: reload it';
  const { height, width, channels } = page.settings.frame;
  const size = height * width * channels;
  return frame.length === size
    ? undefined
    : `the page sent a frame of ${frame.length} values, not ${size}: reload it`;
}
