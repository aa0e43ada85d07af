import type { Named } from '../../tensorflow/spec/program.js';

/**
 * What a method keeps beside the network's weights is called so, before its own name: answers of the past, banks of features,
 * clusters, networks that only training needs. It is saved and restored with the weights, and is no part of what is exported.
 */
export const METHOD_PREFIX = 'method/';

/** Things by the names that the method gives them, by those of the program. */
export function asMethods<T>(own: Named<T>): Named<T> {
  return Object.fromEntries(Object.entries(own).map(([name, value]) => [METHOD_PREFIX + name, value]));
}

/** The method's own among the variables of a program, by the names that it gives them. */
export function methodsOwn<T>(variables: Named<T>): Named<T> {
  return Object.fromEntries(
    Object.entries(variables)
      .filter(([name]) => name.startsWith(METHOD_PREFIX))
      .map(([name, value]) => [name.slice(METHOD_PREFIX.length), value]),
  );
}
