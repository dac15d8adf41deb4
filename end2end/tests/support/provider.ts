// Starts a provider of single sign-on in a process of its own: `provider.mjs`.

import { type ChildProcess, spawn } from 'node:child_process';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { expect, type Page } from '@playwright/test';
import { canary } from './record';

export class Provider {
  static readonly clientId = 'mooring-of-browser-tests';
  static readonly clientSecret = 'canary-secret-of-the-provider-of-browser-tests';

  private constructor(
    /** Its issuer, which is its address. */
    readonly issuer: string,
    private readonly process: ChildProcess,
  ) {}

  /** Starts one that knows Mooring by this redirect URI. */
  static async start(redirectUri: string): Promise<Provider> {
    canary({ kind: 'client secret at a provider', value: Provider.clientSecret });
    const child = spawn(process.execPath, [join(__dirname, 'provider.mjs')], {
      stdio: ['ignore', 'pipe', 'inherit'],
      env: {
        ...process.env,
        PROVIDER_CLIENT_ID: Provider.clientId,
        PROVIDER_CLIENT_SECRET: Provider.clientSecret,
        PROVIDER_REDIRECT_URI: redirectUri,
      },
    });
    const issuer = await new Promise<string>((resolve, reject) => {
      createInterface(child.stdout).once('line', resolve);
      child.once('exit', () => reject(new Error('the provider ended before it said where it is')));
    });
    return new Provider(issuer, child);
  }

  /** Stops it; what is sent there fails at once then. */
  async stop(): Promise<void> {
    if (this.process.exitCode !== null || this.process.signalCode !== null) return;
    const ended = new Promise((resolve) => this.process.once('exit', resolve));
    this.process.kill('SIGTERM');
    await ended;
  }

  /** Says who somebody is, on the provider's page: `name.group`. */
  async signIn(page: Page, name: string): Promise<void> {
    await expect(page.getByRole('heading', { level: 1 })).toHaveText('Who are you?');
    expect(page.url()).toContain(this.issuer);
    await page.getByLabel('Name').fill(name);
    await page.getByRole('button', { name: 'Go on' }).click();
  }
}
