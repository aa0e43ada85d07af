/** As `map`, of a list whose length is known: `const [a, b] = eachOf([x, y], f)` needs no check that there are two. */
export function eachOf<const T extends readonly unknown[], U>(
  all: T,
  make: (value: T[number], index: number) => U,
): { -readonly [Place in keyof T]: U } {
  return all.map(make) as { -readonly [Place in keyof T]: U };
}
