// Watches a browser: its problems, and all that it receives.

import type { BrowserContext, Page, Request, Response } from '@playwright/test';
import { SIMULATOR } from './env';
import { canary, keepBody } from './record';

/** Static files that are recorded already; one copy is enough. */
const kept = new Set<string>();

export class Watch {
  /** The problems that no test expected. */
  readonly problems: string[] = [];
  /** Addresses of scripts and wasm that the last page loaded. */
  readonly scripts: string[] = [];
  /** The status of the last page, and the page as it was sent. */
  status = 0;
  html = '';
  private readonly expected = new Set<number>();
  private readonly reading: Promise<void>[] = [];

  private constructor(
    readonly context: BrowserContext,
    private readonly script: boolean,
  ) {}

  static async over(context: BrowserContext, script: boolean): Promise<Watch> {
    const watch = new Watch(context, script);
    await context.exposeBinding('__violated', (_, what: string) => {
      watch.problems.push(`content security policy: ${what}`);
    });
    await context.addInitScript(() => {
      document.addEventListener('securitypolicyviolation', (event) => {
        const report = (window as unknown as { __violated(what: string): void }).__violated;
        report(`${event.violatedDirective} ${event.blockedURI} on ${location.pathname}`);
      });
    });
    context.on('weberror', (error) => watch.problems.push(`script: ${error.error().message}`));
    context.on('console', (message) => {
      // The browser's own message about a status; `response` sees the same and
      // knows which status is expected.
      const status = message.text().startsWith('Failed to load resource: the server responded');
      if (message.type() === 'error' && !status) watch.problems.push(`console: ${message.text()}`);
    });
    context.on('requestfailed', (request) => watch.failed(request));
    context.on('response', (response) => watch.answered(response));
    context.on('page', (page) => watch.reading.push(watch.streams(page)));
    return watch;
  }

  /** Expects pages with this status. */
  expect(status: number): void {
    this.expected.add(status);
  }

  /** Waits for bodies that are still being read, and records the cookies, which no page may show. */
  async end(): Promise<void> {
    for (const cookie of await this.context.cookies()) {
      if (cookie.name.includes('mooring_')) canary({ kind: cookie.name, value: cookie.value });
    }
    await Promise.all(this.reading);
  }

  private failed(request: Request): void {
    const why = request.failure()?.errorText ?? '';
    // If scripts are off, the browser refuses to load any.
    if (!this.script && request.resourceType() === 'script' && why === 'csp') return;
    // The browser stops loading a page when it leaves it.
    if (why !== 'net::ERR_ABORTED') this.problems.push(`request: ${why} ${request.url()}`);
  }

  private answered(response: Response): void {
    const request = response.request();
    if (request.url().startsWith(SIMULATOR)) return;
    const status = response.status();
    const path = new URL(request.url()).pathname;
    const page = request.resourceType() === 'document';
    if (page) {
      this.status = status;
      this.scripts.length = 0;
    }
    // Dialogs load parts of pages.
    const asked = page || request.resourceType() === 'fetch';
    if (status >= 400 && !(asked && this.expected.has(status))) {
      this.problems.push(`status ${status}: ${request.method()} ${path}`);
    }
    if (/\.(js|wasm)$/.test(path)) this.scripts.push(path);
    if (status >= 300 && status < 400) return;
    this.reading.push(this.keep(response, path));
  }

  private async keep(response: Response, path: string): Promise<void> {
    const type = response.headers()['content-type'] ?? '';
    if (type.startsWith('text/event-stream')) return;
    if (path.startsWith('/pkg/')) {
      if (kept.has(path)) return;
      kept.add(path);
    }
    const bytes = await response.body().catch(() => undefined);
    const request = response.request();
    if (request.resourceType() === 'document') this.html = bytes?.toString('utf8') ?? '';
    keepBody({
      kind: request.resourceType(),
      method: request.method(),
      url: request.url(),
      status: response.status(),
      text: bytes?.toString(path.endsWith('.wasm') ? 'latin1' : 'utf8'),
    });
  }

  /** A stream never ends, so each of its events is recorded by itself. */
  private async streams(page: Page): Promise<void> {
    const session = await this.context.newCDPSession(page).catch(() => undefined);
    session?.on('Network.eventSourceMessageReceived', (event) => {
      keepBody({ kind: 'event', method: 'GET', url: page.url(), status: 200, text: event.data });
    });
    await session?.send('Network.enable').catch(() => undefined);
  }
}
