// Runs last, even if other tests failed: no secret of this run may be in a response
// to a browser, or in a server's log. security.md 57

import { SERVER_LOG } from './support/env';
import { bodies, type Body, type Canary, canaries, keepLog, logs } from './support/record';
import { noteSecrets } from './support/simulator';
import { expect, test } from './support/test';

/** A secret as it is, and as pages and addresses encode it. */
function spellings(value: string): string[] {
  const html = value.replace(/&/g, '&amp;').replace(/"/g, '&quot;').replace(/'/g, '&#x27;');
  return [...new Set([value, encodeURIComponent(value), html, Buffer.from(value).toString('base64')])];
}

const holds = (text: string | undefined, canary: Canary) =>
  spellings(canary.value).some((spelling) => text?.includes(spelling));

/** The place where it was found, without the secret itself. */
const place = (canary: Canary, body: Body) =>
  `${canary.kind} in ${body.method} ${body.url.replaceAll(canary.value, '…')} (${body.status})`;

let seen: Body[] = [];
let secrets: Canary[] = [];

test.beforeAll(async () => {
  await noteSecrets();
  keepLog(SERVER_LOG);
  seen = bodies();
  secrets = canaries();
});

test('enough was recorded to mean something', () => {
  const kinds = new Set(secrets.map((canary) => canary.kind));
  for (const kind of ['client secret', 'password', 'API token', 'access token', 'refresh_token', 'code', 'state']) {
    expect(kinds, `a ${kind} is known`).toContain(kind);
  }
  expect(kinds, 'a link was made').toContain('link token');
  expect(kinds, 'somebody signed in').toContain('mooring_session');
  expect(kinds, 'an authorization was begun in a browser').toContain('mooring_browser');
  const sent = new Set(seen.map((body) => body.kind));
  for (const kind of ['document', 'fetch', 'event', 'api']) expect(sent, `answers of the kind ${kind}`).toContain(kind);
  const unread = seen.filter((body) => body.kind === 'document' && body.text === undefined);
  expect(unread.map((body) => body.url), 'pages that could not be recorded').toEqual([]);
  for (const log of logs()) expect(log, 'the log is at its loudest').toContain(' TRACE ');
});

/** An answer that shows a secret once: the machine API's answer to a POST, or the page after a form. */
const once = (body: Body) => body.method === 'POST' || new URL(body.url).searchParams.has('outcome');

/** An answer to a request whose address holds the secret may hold it, too, and so may its own page. */
const own = (canary: Canary, body: Body) =>
  (Boolean(canary.inOwnAddress) && body.url.includes(canary.value)) || canary.onPage === new URL(body.url).pathname;

test('no answer holds a secret', () => {
  const found: string[] = [];
  for (const canary of secrets) {
    const where = seen.filter((body) => holds(body.text, canary) && !own(canary, body));
    const shown = where.filter(once);
    const elsewhere = where.filter((body) => !once(body));
    const allowed = canary.shown ?? 0;
    if (shown.length > allowed) found.push(...shown.map((body) => place(canary, body)));
    found.push(...elsewhere.map((body) => place(canary, body)));
  }
  expect(found).toEqual([]);
});

test('what is shown once was seen once', () => {
  for (const canary of secrets.filter((canary) => canary.shown)) {
    const shown = seen.filter((body) => once(body) && holds(body.text, canary) && !own(canary, body));
    expect(shown.length, `answers that show a ${canary.kind}`).toBe(canary.shown);
  }
});

test('no log holds a secret', () => {
  const found = secrets
    .filter((canary) => !canary.inLog && logs().some((log) => holds(log, canary)))
    .map((canary) => canary.kind);
  expect(found).toEqual([]);
});
