// Controls the simulator.

import { SIMULATOR } from './env';
import { canary } from './record';

interface Logged {
  parameters: [string, string][];
}

async function call<T>(method: string, path: string, body?: unknown): Promise<T> {
  const response = await fetch(`${SIMULATOR}/_control/${path}`, {
    method,
    ...(body === undefined ? {} : { headers: { 'content-type': 'application/json' }, body: JSON.stringify(body) }),
  });
  if (!response.ok) throw new Error(`simulator: ${method} ${path}: ${response.status} ${await response.text()}`);
  const text = await response.text();
  return (text ? JSON.parse(text) : undefined) as T;
}

/** Registers an app, or gives it another secret. */
export async function register(clientId: string, secret: string, redirectUri: string): Promise<void> {
  canary({ kind: 'client secret', value: secret });
  canary({ kind: 'client secret', value: Buffer.from(`${clientId}:${secret}`).toString('base64') });
  await call('POST', 'apps', { client_id: clientId, client_secret: secret, redirect_uris: [redirectUri] });
}

/** Sets what an account does; names and values are those of the control API. */
export const behave = (account: string, behaviour: Record<string, unknown>): Promise<unknown> =>
  call('PATCH', `accounts/${account}`, behaviour);

/** Deactivates the app on the account, as its admin would. */
export const deactivate = (account: string): Promise<unknown> => call('POST', `accounts/${account}/deactivate`);

/** Every token request of the account is answered with a fault. */
export const failAlways = (account: string, kind: string): Promise<unknown> =>
  call('POST', `accounts/${account}/faults`, { endpoint: 'token', fault: { kind }, always: true });

/** Records every secret that was sent between Mooring and the simulator. */
export async function noteSecrets(): Promise<void> {
  const { items } = await call<{ items: Logged[] }>('GET', 'log');
  for (const [name, value] of items.flatMap((item) => item.parameters)) {
    if (['refresh_token', 'token', 'code', 'state', 'nonce'].includes(name) && value.length > 8) {
      canary({ kind: name === 'token' ? 'refresh_token' : name, value });
    }
  }
}
