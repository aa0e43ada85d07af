import { eachBackend, type ParityBackend, referenceMachine } from './backends.js';
import { type ParityCase, parityCases, speedCases } from './cases.js';
import { type Differences, differences } from './differences.js';
import type { Computed, Speed } from './trial.js';

export interface ParityOptions {
  readonly backends: readonly ParityBackend[];
  /** Names of models; all where there are none. */
  readonly only: readonly string[];
  readonly onLine: (line: string) => void;
  /** For the bundle that browsers load. */
  readonly folder: string;
}

/** A case on a backend, beside the reference. */
export interface Row<T> {
  readonly title: string;
  readonly backend: ParityBackend | 'reference';
  readonly result: T;
}

export interface Measured<T> {
  /** What computed, in words, by backend. */
  readonly devices: Readonly<Record<string, string>>;
  /** Why a backend is not there. */
  readonly missing: Readonly<Record<string, string>>;
  readonly rows: readonly Row<T>[];
}

/** Every model on every backend: how far what it computes is from the reference. */
export async function benchParity(options: ParityOptions): Promise<Measured<Differences>> {
  const expected = new Map<string, Computed>();
  return measure(parityCases, options, async (backend, machine, trial) => {
    const computed = await machine.compute(trial);
    if (backend === 'reference') expected.set(trial.title, computed);
    return backend === 'reference' ? undefined : differences(computed, expected.get(trial.title)!);
  });
}

/** How long a prediction and a step of training take, by network, size and backend. */
export async function benchBackends(options: ParityOptions): Promise<Measured<Speed>> {
  return measure(speedCases, options, (_, machine, trial) => machine.time(trial));
}

type Machine = Awaited<ReturnType<typeof referenceMachine>>['machine'];

async function measure<T>(
  cases: readonly ParityCase[],
  { backends, only, onLine, folder }: ParityOptions,
  result: (backend: Row<T>['backend'], machine: Machine, trial: ParityCase) => Promise<T | undefined>,
): Promise<Measured<T>> {
  const wanted = cases.filter(({ model }) => only.length === 0 || only.includes(model.name));
  const reference = await referenceMachine();
  const devices: Record<string, string> = { reference: reference.device };
  const missing: Record<string, string> = {};
  const rows: Row<T>[] = [];
  const all = async (backend: Row<T>['backend'], device: string, machine: Machine) => {
    onLine(device);
    devices[backend] = device;
    for (const trial of wanted) {
      const found = await result(backend, machine, trial);
      if (found === undefined) continue;
      rows.push({ title: trial.title, backend, result: found });
      onLine(`  ${trial.title} ${JSON.stringify(found)}`);
    }
  };
  await all('reference', reference.device, reference.machine);
  await eachBackend(
    backends,
    folder,
    ({ backend, device, machine }) => all(backend, device, machine),
    (backend, reason) => {
      missing[backend] = reason;
      onLine(`${backend} is left out: ${reason}`);
    },
  );
  return { devices, missing, rows };
}
