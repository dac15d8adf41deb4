// A Mooring of a test's own, not set up yet.

import { type ChildProcess, execFileSync, spawn } from 'node:child_process';
import { mkdtempSync, openSync, readFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { expect } from '@playwright/test';
import { BINARY, RUN, SIMULATOR, SITE } from './env';
import { canary, keepLog } from './record';

export class Mooring {
  private constructor(
    /** Address of its pages. */
    readonly base: string,
    private readonly folder: string,
    private readonly environment: NodeJS.ProcessEnv,
    private readonly process: ChildProcess,
  ) {}

  private get log(): string {
    return `${this.folder}/mooring.log`;
  }

  /**
   * Starts Mooring on an empty database, with these settings as well, and waits until it answers.
   * Passkeys need a name as `host`.
   */
  static async start(more: Record<string, string> = {}, host = '127.0.0.1'): Promise<Mooring> {
    const folder = mkdtempSync(`${RUN}/mooring-`);
    const port = await freePort();
    const base = `http://${host}:${port}`;
    const keys = execFileSync(BINARY, ['keys', 'generate'], { encoding: 'utf8' }).trim();
    canary({ kind: 'master key', value: keys.split(':').pop() ?? '' });
    const output = openSync(`${folder}/mooring.log`, 'w');
    const inherited = Object.entries(process.env).filter(([name]) => !name.startsWith('MOORING_'));
    const environment = {
      ...Object.fromEntries(inherited),
      MOORING_LISTEN: `127.0.0.1:${port}`,
      MOORING_PUBLIC_URL: base,
      MOORING_DATABASE_URL: `sqlite://${folder}/mooring.db`,
      MOORING_DATA_DIR: folder,
      MOORING_GORGIAS_URL: `${SIMULATOR}/a/{subdomain}`,
      MOORING_GORGIAS_PRIVATE_NETWORK: 'allow',
      MOORING_MASTER_KEYS: keys,
      MOORING_LOG: 'trace',
      LEPTOS_SITE_ROOT: SITE,
      ...more,
    };
    const child = spawn(BINARY, ['serve'], { cwd: folder, stdio: ['ignore', output, output], env: environment });
    const mooring = new Mooring(base, folder, environment, child);
    const ready = async () => (await fetch(`${base}/readyz`).catch(() => undefined))?.status;
    await expect.poll(ready, { message: 'Mooring starts', timeout: 20_000 }).toBe(200);
    return mooring;
  }

  /** The set-up token from its log. */
  setUpToken(): string {
    const token = /set-up token:\s+(\S+)/.exec(readFileSync(this.log, 'utf8'))?.[1];
    if (!token) throw new Error('the log has no set-up token');
    canary({ kind: 'set-up token', value: token, inLog: true });
    return token;
  }

  /** Makes an API token with the role owner. */
  apiToken(tenant: string): string {
    const words = ['tokens', 'create', '--tenant', tenant, '--name', 'test', '--role', 'owner', '--rate', '1000', '--burst', '10000'];
    const token = execFileSync(BINARY, words, { cwd: this.folder, env: this.environment, encoding: 'utf8' }).trim();
    canary({ kind: 'API token', value: token });
    return token;
  }

  /** Ends every link now. A link lives for five minutes at least, and no test waits that long. */
  expireLinks(): void {
    const script = [
      'import sqlite3, sys',
      'with sqlite3.connect(sys.argv[1], timeout=10) as database:',
      '    database.execute("update reconnect_links set expires_at = created_at + 1")',
    ].join('\n');
    execFileSync('python3', ['-c', script, `${this.folder}/mooring.db`]);
  }

  /** Stops Mooring and keeps its log for the test of secrets. */
  async stop(): Promise<void> {
    const ended = new Promise((resolve) => this.process.once('exit', resolve));
    this.process.kill('SIGTERM');
    await ended;
    keepLog(this.log);
  }
}

function freePort(): Promise<number> {
  return new Promise((resolve, reject) => {
    const server = createServer().once('error', reject);
    server.listen(0, '127.0.0.1', () => {
      const address = server.address();
      server.close(() => (typeof address === 'object' && address ? resolve(address.port) : reject(new Error('no port'))));
    });
  });
}
