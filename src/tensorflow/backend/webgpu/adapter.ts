/** What is asked of WebGPU before tfjs uses it: the part of its interface that foreframe knows. */
export interface Gpu {
  requestAdapter(options?: { readonly powerPreference: 'high-performance' }): Promise<Adapter | null>;
}

export interface Adapter {
  /** Absent in browsers of before 2024. */
  readonly info?: AdapterNames;
}

export interface AdapterNames {
  readonly vendor: string;
  readonly architecture: string;
  readonly device: string;
  readonly description: string;
}

/** The adapter that tfjs will compute on; nothing where there is none. */
export async function findAdapter(gpu: Gpu | undefined): Promise<Adapter | undefined> {
  return (await gpu?.requestAdapter({ powerPreference: 'high-performance' })) ?? undefined;
}

/** The adapter in words: what it says of itself, each thing once. Browsers keep most of it to themselves. */
export function adapterName({ info }: Adapter): string {
  const { vendor = '', architecture = '', description = '' } = info ?? {};
  const names = [vendor, architecture, description].filter((name) => name !== '');
  return names.length > 0 ? names.join(' ') : 'an adapter without a name';
}
