import { readlinkSync } from 'node:fs';
import { getPriority, setPriority } from 'node:os';

/** Steps that it goes down: enough to be served after the others, with a third of their share where all are busy. */
const STEPS_DOWN = 5;
/** The lowest there is. */
const LOWEST = 19;

/**
 * Lowers the priority of the calling thread, and of every thread that it starts from now on: a long computation then leaves
 * the event loop, and the decoder that feeds it, a processor at once. On Linux, where a thread has a priority of its
 * own; elsewhere nothing changes.
 */
export function giveWay(): void {
  try {
    // `<process>/task/<thread>`, of the thread that reads it; Node has no other name for it.
    const self = readlinkSync('/proc/thread-self');
    const thread = Number(self.slice(self.lastIndexOf('/') + 1));
    setPriority(thread, Math.min(LOWEST, getPriority(thread) + STEPS_DOWN));
  } catch {
    // Without /proc all threads stay equal, which is slower to answer and no failure.
  }
}
