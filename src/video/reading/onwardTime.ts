/** Seconds between two images as long as no two have come. */
const USUAL_STEP = 0.04;
/** Seconds that a time set back goes on by, at most. */
const LONGEST_STEP = 1;

/** Times of a camera that only go on: its clock may be set back (RTSP does so at the first report of the sender), its images are new. */
export class OnwardTime {
  #offset = 0;
  #last: number | undefined;
  #step = USUAL_STEP;

  /** The camera was opened again: its times count from there. @param seconds since it was opened first */
  reopen(seconds: number): void {
    this.#offset = seconds;
  }

  /** @param time as the camera states it @returns a later one than all before, from 0 on */
  of(time: number): number {
    const stated = this.#offset + time;
    const last = this.#last;
    const backwards = last === undefined ? stated < 0 : stated <= last;
    const now = !backwards ? stated : last === undefined ? 0 : last + this.#step;
    if (backwards) this.#offset += now - stated;
    else if (last !== undefined) this.#step = Math.min(LONGEST_STEP, now - last);
    this.#last = now;
    return now;
  }
}
