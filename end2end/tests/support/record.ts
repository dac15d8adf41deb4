// All responses that browsers got in this run, and the secrets that must not be in
// them. They are kept in files, since each test may run in its own process.

import { appendFileSync, existsSync, readFileSync } from 'node:fs';
import { RUN } from './env';

const BODIES = `${RUN}/bodies.ndjson`;
const CANARIES = `${RUN}/canaries.ndjson`;
const LOGS = `${RUN}/logs.ndjson`;

/** One answer, or one event of a stream. */
export interface Body {
  /** The kind of request: document, script, fetch, event. */
  kind: string;
  method: string;
  url: string;
  status: number;
  /** `undefined` if the browser had dropped it before the test could read it. */
  text?: string;
}

/** A secret, and where it may be. */
export interface Canary {
  kind: string;
  value: string;
  /** In how many answers it is shown, once each: in answers of the machine API to a
     POST, or in pages after a form. */
  shown?: number;
  /** Whether the answer to a request whose address holds it may hold it, too. */
  inOwnAddress?: boolean;
  /** The path of the one page that may hold it, as long as it is of use there. */
  onPage?: string;
  /** Whether the server writes it into its log on purpose. */
  inLog?: boolean;
}

function append(file: string, value: unknown): void {
  appendFileSync(file, `${JSON.stringify(value)}\n`);
}

function read<T>(file: string): T[] {
  if (!existsSync(file)) return [];
  const lines = readFileSync(file, 'utf8').split('\n').filter(Boolean);
  return lines.map((line) => JSON.parse(line) as T);
}

export const keepBody = (body: Body): void => append(BODIES, body);
export const keepLog = (path: string): void => append(LOGS, { text: readFileSync(path, 'utf8') });
export const canary = (secret: Canary): void => append(CANARIES, secret);

export const bodies = (): Body[] => read<Body>(BODIES);
export const logs = (): string[] => read<{ text: string }>(LOGS).map((log) => log.text);

/** Each secret once, even if it was reported several times. */
export function canaries(): Canary[] {
  const all = new Map<string, Canary>();
  for (const one of read<Canary>(CANARIES)) all.set(one.value, one);
  return [...all.values()];
}
