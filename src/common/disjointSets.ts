/** Things that are joined into sets; each set is known by one of its members, its top. Things that were never joined stand alone. */
export class DisjointSets<T> {
  readonly #above = new Map<T, T>();

  top(member: T): T {
    let top = member;
    for (let next = this.#above.get(top); next !== undefined; next = this.#above.get(top)) top = next;
    // The next one that asks has a short way.
    if (top !== member) this.#above.set(member, top);
    return top;
  }

  /** Join the sets of two members under the top of the first. @returns whether they were apart */
  join(first: T, second: T): boolean {
    const [top, below] = [this.top(first), this.top(second)];
    if (top === below) return false;
    this.#above.set(below, top);
    return true;
  }
}
