import { Random } from '../../common/random.js';

/**
 * Orders of n pieces that differ from each other in as many places as can be: the first is drawn, each next one is the farthest from the
 * nearest before it (after Noroozi & Favaro 2016, arXiv 1603.09246, whose algorithm takes the mean). The same for the same seed.
 * @param n at most 9: all n! orders are looked at
 * @param count at most n!
 */
export function distantOrders(n: number, count: number, seed: number): number[][] {
  const all = allOrders(n);
  const many = all.length / n;
  if (count > many) throw new RangeError(`there are ${many} orders of ${n} pieces, and not ${count}`);
  const distance = new Uint8Array(many).fill(n);
  let next = Random.for(seed, 'orders').integer(many);
  return Array.from({ length: count }, () => {
    const chosen = next * n;
    next = 0;
    for (let i = 0; i < many; i++) {
      let apart = 0;
      for (let place = 0; place < n; place++) if (all[i * n + place] !== all[chosen + place]) apart++;
      if (apart < distance[i]!) distance[i] = apart;
      if (distance[i]! > distance[next]!) next = i;
    }
    return [...all.subarray(chosen, chosen + n)];
  });
}

/** `permutations(n)` in one array of bytes: 362,880 small arrays would take seconds. */
function allOrders(n: number): Uint8Array {
  let rows: Uint8Array = new Uint8Array(0);
  let count = 1;
  for (let length = 1; length <= n; length++) {
    const longer = new Uint8Array(length * count * length);
    let written = 0;
    for (let first = 0; first < length; first++)
      for (let row = 0; row < count; row++) {
        longer[written++] = first;
        for (let place = 0; place < length - 1; place++) {
          const piece = rows[row * (length - 1) + place]!;
          longer[written++] = piece < first ? piece : piece + 1;
        }
      }
    rows = longer;
    count *= length;
  }
  return rows;
}

/** In how many places the two orders that are most alike differ. */
export function leastDistance(orders: readonly (readonly number[])[]): number {
  let least = orders[0]!.length;
  orders.forEach((order, i) => {
    for (const other of orders.slice(i + 1))
      least = Math.min(least, order.filter((piece, place) => piece !== other[place]).length);
  });
  return least;
}
