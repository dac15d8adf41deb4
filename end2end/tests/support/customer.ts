// A customer without a browser: goes through an authorization for an account of the
// simulator that approves by itself.

import { canary } from './record';
import { behave } from './simulator';

class Jar {
  private readonly cookies = new Map<string, string>();

  async go(url: string, method = 'GET'): Promise<Response> {
    const cookie = [...this.cookies].map(([name, value]) => `${name}=${value}`).join('; ');
    // The headers that a browser sends with a form with only a button.
    const form = { origin: new URL(url).origin, 'content-type': 'application/x-www-form-urlencoded' };
    const headers = { cookie, ...(method === 'POST' ? form : {}) };
    const response = await fetch(url, { method, redirect: 'manual', headers });
    for (const line of response.headers.getSetCookie()) {
      const [name, value] = (line.split(';')[0] ?? '').split('=');
      if (!name || !value) continue;
      this.cookies.set(name, value);
      canary({ kind: name, value });
    }
    return response;
  }
}

/** How many accounts are connected at the same time. */
const AT_ONCE = 8;

/** Connects these accounts of the simulator to an app. */
export async function connectAll(install: string, accounts: string[]): Promise<void> {
  const left = [...accounts];
  const one = async () => {
    for (let account = left.shift(); account; account = left.shift()) {
      await behave(account, { consent: 'approve' });
      await approve(`${install}?account=${account}`);
    }
  };
  await Promise.all(Array.from({ length: AT_ONCE }, one));
}

/** Begins at an install address or a link and ends on the result page. */
export async function approve(url: string, method: 'GET' | 'POST' = 'GET'): Promise<void> {
  const jar = new Jar();
  let response = await jar.go(url, method);
  for (let hops = 0; response.status === 303 && hops < 5; hops += 1) {
    response = await jar.go(new URL(response.headers.get('location') ?? '', response.url).href);
  }
  const text = await response.text();
  if (!response.ok || !text.includes('connected')) throw new Error(`${url} led to ${response.url}: ${response.status}`);
}
