import { messageOf, UsageError } from '../../common/errors.js';

/** Messages that wait, at most: the oldest are let go. */
const MOST_WAITING = 100;
/** Milliseconds until an answer has to come, and after the end until what waits has to be gone. */
const PATIENCE = 10_000;

/** Posts messages as JSON, one at a time and in order, beside other work. What fails is said once and lost: nothing stops for it. */
export class Webhook {
  readonly #url: URL;
  readonly #headers: Record<string, string> = { 'content-type': 'application/json' };
  readonly #onNote: (note: string) => void;
  readonly #waiting: string[] = [];
  readonly #close = new AbortController();
  #sending: Promise<void> | undefined;
  #failing = false;
  #sent = 0;
  #lost = 0;

  /** @throws UsageError when it is no address of the web */
  constructor(url: string, onNote: (note: string) => void) {
    if (!URL.canParse(url) || !/^https?:$/.test(new URL(url).protocol))
      throw new UsageError(`--webhook ${url}: give an address that begins with http:// or https://`);
    this.#url = new URL(url);
    this.#onNote = onNote;
    const { username, password } = this.#url;
    if (username === '' && password === '') return;
    // `fetch` takes no address that holds them.
    const login = Buffer.from(`${decodeURIComponent(username)}:${decodeURIComponent(password)}`);
    this.#headers.authorization = `Basic ${login.toString('base64')}`;
    this.#url.username = '';
    this.#url.password = '';
  }

  /** Comes back at once. */
  post(message: unknown): void {
    if (this.#waiting.length === MOST_WAITING) {
      this.#waiting.shift();
      this.#lost++;
    }
    this.#waiting.push(JSON.stringify(message));
    this.#sending ??= this.#send();
  }

  /** Wait for what is on its way, not for long. */
  async close(): Promise<{ readonly sent: number; readonly lost: number }> {
    const timer = setTimeout(() => this.#close.abort(), PATIENCE);
    await this.#sending;
    clearTimeout(timer);
    return { sent: this.#sent, lost: this.#lost };
  }

  async #send(): Promise<void> {
    while (this.#waiting.length > 0) {
      const body = this.#waiting.shift()!;
      try {
        await this.#request(body);
        this.#sent++;
        this.#failing = false;
      } catch (error) {
        this.#lost++;
        if (!this.#failing)
          this.#onNote(`the webhook did not take a message (${reasonOf(error)}); watching goes on`);
        this.#failing = true;
      }
    }
    this.#sending = undefined;
  }

  async #request(body: string): Promise<void> {
    const signal = AbortSignal.any([AbortSignal.timeout(PATIENCE), this.#close.signal]);
    const answer = await fetch(this.#url, { method: 'POST', headers: this.#headers, body, signal });
    await answer.body?.cancel();
    if (!answer.ok) throw new Error(`status ${answer.status}`);
  }
}

/** `fetch failed` says nothing; what it was caused by does. */
function reasonOf(error: unknown): string {
  return messageOf(error instanceof Error && error.cause !== undefined ? error.cause : error);
}
