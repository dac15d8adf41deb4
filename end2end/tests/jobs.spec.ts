// The jobs of everyday, each with its clicks counted from the overview on: once with a mouse,
// once by keyboard alone. screens.md: Jobs, counted; Acceptance 2

import { addApp, type App, type Asked, check, type NewApp, reconnectLink } from './support/api';
import { connectAll } from './support/customer';
import { BASE, RUN } from './support/env';
import { link, MailServer } from './support/mail_server';
import { Mooring } from './support/mooring';
import { canary } from './support/record';
import { NORTHWIND, setUpByRequest } from './support/set_up';
import { deactivate, register } from './support/simulator';
import { expect, live, type Page, test as base } from './support/test';
import { Keyboard, Mouse } from './support/user';

const OWNER = `${RUN}/jobs.json`;
const HOME = `/t/${NORTHWIND}`;
/** All accounts, with those that a test needs. */
const ACCOUNTS = 200;

/** Each app is used by one account, whose secret can be replaced without harm to the others. */
const app = (slug: string): NewApp => ({
  name: `Jobs ${slug}`,
  slug,
  client_id: `jobs-${slug}`,
  client_secret: `canary-jobs-${slug}-3f9a`,
  scopes: ['openid', 'email', 'profile', 'offline', 'tickets:read', 'tags:write'],
});
const BIG = app('big');

const USERS = [
  { how: 'with a mouse', id: 'mouse', user: (page: Page) => new Mouse(page) },
  { how: 'by keyboard alone', id: 'keyboard', user: (page: Page) => new Keyboard(page) },
];

let mails: MailServer;
let mooring: Mooring;
let of: Asked;
const redirects = new Map<string, string>();

let address = BASE;
const test = base.extend({
  baseURL: async ({ browserName: _ }, use) => use(address),
});

async function overview(page: Page): Promise<void> {
  await page.goto(HOME);
  await live(page);
}

/** The row of an account in a list. */
const row = (page: Page, account: string) =>
  page.getByRole('listitem').filter({ has: page.getByRole('link', { name: account, exact: true }) });

/** An account whose admin deactivated the app. */
async function broken(account: string): Promise<void> {
  await deactivate(account);
  await check(BIG.slug, account, 'disconnected', of);
}

/** The same for accounts of which there are many: three refused in a row are the app's fault. */
async function brokenAlone(account: string): Promise<void> {
  await check(BIG.slug, 'many-100', 'working', of);
  await broken(account);
}

/** The address that was mailed about the account. */
async function mailed(account: string): Promise<string> {
  const url = link(await mails.mail(`Reconnect ${account}.gorgias.com to ${BIG.name}`), `${mooring.base}/r/`);
  canary({ kind: 'mailed link', value: url.split('/').pop() ?? '', inOwnAddress: true });
  return url;
}

/** Whether the parts of the page that change by themselves are those that a reload shows. */
async function same(): Promise<boolean> {
  const newer = new DOMParser().parseFromString(await (await fetch(location.href)).text(), 'text/html');
  const texts = (of: Document) => [...of.querySelectorAll('[data-live] .actions')].map((part) => part.textContent);
  return JSON.stringify(texts(document)) === JSON.stringify(texts(newer));
}

test.describe('with 200 accounts', () => {
  test.beforeAll(async () => {
    test.setTimeout(120_000);
    mails = await MailServer.start();
    mooring = await Mooring.start({ ...mails.settings, MOORING_REFRESH_RATE: '100' });
    address = mooring.base;
    await setUpByRequest(mooring, OWNER);
    of = { base: mooring.base, token: mooring.apiToken(NORTHWIND) };
    const add = async (wanted: NewApp, accounts: string[]) => {
      const added: App = await addApp(wanted, of);
      redirects.set(wanted.slug, added.redirect_uri);
      await connectAll(added.install_url, accounts);
    };
    for (const { id } of USERS) await add(app(id), [`secret-${id}`]);
    const special = USERS.flatMap(({ id }) => [`stopped-${id}`, `expired-${id}`, `granted-${id}`]);
    const rest = Array.from({ length: ACCOUNTS - USERS.length - special.length }, (_, n) => `many-${n}`);
    await add(BIG, [...special, ...rest]);
  });
  test.afterAll(async () => {
    await mooring.stop();
    await mails.stop();
  });
  test.use({ storageState: OWNER });

  for (const { how, id, user: sits } of USERS) {
    test.describe(how, () => {
      test('check 200 accounts now: 3', async ({ page }) => {
        const user = sits(page);
        await overview(page);
        await user.press(page.getByRole('button', { name: 'Check all now' }));
        await expect(page.getByRole('heading', { level: 1 })).toHaveText(/^Check (the chosen|\d+) accounts now$/);
        expect(user.clicks).toBeLessThanOrEqual(3);
        await live(page);
        await expect(page.getByRole('region', { name: 'Progress' }), 'it ends without a reload').toContainText(`Done: ${ACCOUNTS} done.`, { timeout: 30_000 });
      });

      test('which permissions has acme given: 1', async ({ page }) => {
        const user = sits(page);
        const account = `granted-${id}`;
        await overview(page);
        await user.find(account, page.getByRole('option', { name: account }).first());
        await expect(page).toHaveURL(`${HOME}/accounts/${BIG.slug}/${account}`);
        const permissions = page.getByRole('region', { name: 'Permissions' });
        const of = (resource: string) => permissions.getByRole('row').filter({ has: page.getByRole('rowheader', { name: resource }) });
        await expect(of('Tickets')).toContainText('Granted');
        await expect(of('Tags Add')).toContainText('Granted');
        await expect(of('Macros')).toHaveCount(0);
        expect(user.clicks).toBeLessThanOrEqual(1);
      });

      test('it stopped: 3; and who is broken: 0', async ({ page, customer }) => {
        const user = sits(page);
        const account = `stopped-${id}`;
        await broken(account);
        await overview(page);
        const needs = row(page, account);
        await expect(needs).toBeInViewport();
        await expect(needs, 'why').toContainText('Gorgias refused our access');
        expect(user.clicks, 'who is broken').toBe(0);

        const opener = needs.getByRole('link', { name: /^Send (link|again)/ });
        await user.press(opener);
        const dialog = page.getByRole('dialog');
        await user.type(dialog.getByLabel('Mail it to'), 'ann@acme.example');
        await user.press(dialog.getByRole('button', { name: 'Send link' }));
        await expect(dialog.locator('.track')).toContainText('Disconnected');
        await page.evaluate(() => document.body.setAttribute('data-kept', 'true'));

        await customer.goto(await mailed(account));
        await customer.getByRole('button', { name: 'Continue to Gorgias' }).click();
        await customer.waitForURL(/\/oauth\/[^/]+\/result\//);
        await expect(dialog.locator('.track'), 'within two seconds').toContainText('Working', { timeout: 2_000 });
        await expect(page.locator('body'), 'without a reload').toHaveAttribute('data-kept', 'true');
        expect(user.clicks).toBeLessThanOrEqual(3);

        await page.keyboard.press('Escape');
        await expect(dialog).toBeHidden();
        await expect(opener, 'the focus comes back').toBeFocused();
      });

      test('send an expired link again: 2', async ({ page, customer, customerWatch }) => {
        const user = sits(page);
        const account = `expired-${id}`;
        await broken(account);
        const old = await reconnectLink(BIG.slug, account, of);
        mooring.expireLinks();
        customerWatch.expect(410);
        await customer.goto(old);
        await expect(customer.getByRole('heading', { level: 1 })).toHaveText('This link has expired');

        await overview(page);
        await user.press(row(page, account).getByRole('link', { name: 'Send link' }));
        const dialog = page.getByRole('dialog');
        await user.type(dialog.getByLabel('Mail it to'), 'ann@acme.example');
        await user.press(dialog.getByRole('button', { name: 'Send link' }));
        await expect(dialog.locator('.steps')).toBeVisible();
        expect(user.clicks).toBeLessThanOrEqual(2);
        await customer.goto(await mailed(account));
        await expect(customer.getByRole('heading', { level: 1 })).toHaveText(`Reconnect ${account}.gorgias.com`);
      });

      test('who did this: 1', async ({ page }) => {
        const user = sits(page);
        await overview(page);
        await user.press(page.getByRole('navigation', { name: 'Main' }).getByRole('link', { name: 'Audit' }));
        const entry = page.getByRole('listitem').filter({ hasText: `expired-${id}` }).first();
        await expect(entry).toContainText('Nora Wind');
        await expect(entry.getByRole('time').first()).toBeVisible();
        expect(user.clicks).toBeLessThanOrEqual(1);
      });

      test('replace a client secret, tested, reversible: 6', async ({ page }) => {
        const user = sits(page);
        const { client_id: client, name, slug } = app(id);
        await overview(page);
        await user.press(page.getByRole('navigation', { name: 'Main' }).getByRole('link', { name: 'Apps' }));
        await user.press(page.getByRole('link', { name, exact: true }));
        await user.press(page.getByRole('navigation', { name: `Parts of ${name}` }).getByRole('link', { name: 'Credentials' }));
        const fresh = `canary-fresh-${id}-81bd`;
        await register(client, fresh, redirects.get(slug) ?? '');
        await user.type(page.getByLabel('New client secret'), fresh);
        await user.press(page.getByRole('button', { name: 'Add and test' }));
        await expect(page.getByRole('region', { name: 'New secret' })).toContainText('Gorgias accepted it');
        await user.press(page.getByRole('button', { name: 'Switch to the new secret' }));
        await expect(page.getByRole('region', { name: 'New secret' })).toHaveCount(0);
        await expect(page.getByRole('button', { name: 'Go back to the one before' }), 'reversible').toBeVisible();
        expect(user.clicks).toBeLessThanOrEqual(6);
        await check(slug, `secret-${id}`, 'working', of);
      });
    });
  }

  test('the overview follows: counts change, and who is well again says so', async ({ page, customer }) => {
    const account = 'many-1';
    await brokenAlone(account);
    await overview(page);
    const badge = row(page, account).locator('.badge');
    await expect(badge).toHaveText('Disconnected');
    const states = page.locator('[data-live=states]');
    const before = await states.innerText();
    await customer.goto(await reconnectLink(BIG.slug, account, of));
    await customer.getByRole('button', { name: 'Continue to Gorgias' }).click();
    await customer.waitForURL(/\/oauth\/[^/]+\/result\//);
    await expect(badge, 'where it stands').toHaveText('Working');
    await expect(states).not.toHaveText(before);
  });

  test('the focus stays on its button while the page follows', async ({ page, customer }) => {
    const account = 'many-2';
    await brokenAlone(account);
    const [first] = [await reconnectLink(BIG.slug, account, of), await reconnectLink(BIG.slug, account, of)];
    await page.goto(`${HOME}/accounts/${BIG.slug}/${account}`);
    await live(page);
    const links = page.locator('[data-live=links]');
    const withdraw = links.getByRole('button', { name: /Withdraw/ });
    await expect(withdraw).toHaveCount(2);
    await withdraw.last().focus();
    const form = () => page.evaluate(() => document.activeElement?.closest('form')?.getAttribute('action'));
    const focused = await form();
    expect(focused).toBeTruthy();
    await customer.goto(first);
    await expect(links.getByText('Opened', { exact: true }).first()).toBeVisible();
    expect(await form(), 'Enter withdraws the same link as before').toBe(focused);
  });

  test('an open menu stays open while its account breaks', async ({ page }) => {
    const account = 'many-0';
    await page.goto(`${HOME}/accounts/${BIG.slug}/${account}`);
    await live(page);
    const badge = page.locator('section.reason .badge');
    await expect(badge).toHaveText('Working');
    await page.locator('summary[aria-label="More actions"]').click();
    await brokenAlone(account);
    await expect(badge).toHaveText('Disconnected');
    await expect(page.locator('details.menu[open]')).toHaveCount(1);
    // What the menu stands in is as new once it is closed.
    await page.keyboard.press('Escape');
    await expect(page.locator('details.menu[open]')).toHaveCount(0);
    await expect.poll(() => page.evaluate(same), { message: 'the page shows what a reload does' }).toBe(true);
  });
});

test.describe('an empty installation', () => {
  // A browser without a window asks nobody.
  test.use({ permissions: ['clipboard-read', 'clipboard-write'] });
  let fresh: Mooring;
  test.beforeEach(async () => {
    fresh = await Mooring.start();
  });
  test.afterEach(async ({ page }) => {
    // A page that listens would notice that nobody answers any more.
    await page.goto('about:blank');
    await fresh.stop();
  });

  for (const { how, id, user: sits } of USERS) {
    test(`to the first Working account: 10, ${how}`, async ({ page }) => {
      const user = sits(page);
      const client = { id: `first-${id}`, secret: `canary-first-${id}-c27e` };
      const password = 'canary harbour lantern walnut';
      canary({ kind: 'password', value: password });
      await page.goto(`${fresh.base}/setup`);
      for (const [label, text] of [
        ['Set-up token', fresh.setUpToken()],
        ['Your company', 'Harbour Labs'],
        ['Short name for addresses', 'harbour'],
        ['Your name', 'Mira Boat'],
        ['Your e-mail address', 'mira@harbour.example'],
        ['Password', password],
      ] as const) {
        await user.type(page.getByLabel(label), text);
      }
      await user.press(page.getByRole('button', { name: 'Create owner' }));
      await expect(page).toHaveURL(`${fresh.base}/t/harbour`);
      await live(page);

      await user.press(page.getByRole('link', { name: 'Add app' }));
      await user.type(page.getByLabel('Name', { exact: true }), 'Harbour Returns');
      await user.type(page.getByLabel('Client ID'), client.id);
      await user.type(page.getByLabel('Client secret'), client.secret);
      await user.press(page.getByRole('checkbox', { name: 'Read tickets' }));
      await user.press(page.getByRole('checkbox', { name: 'Write tags' }));
      await user.press(page.getByRole('button', { name: 'Add app' }));
      await expect(page.getByRole('heading', { level: 1 })).toHaveText('Harbour Returns');
      await live(page);

      // Both addresses go to the partners' portal.
      for (const what of ['App URL', 'redirect URI']) {
        await user.press(page.getByRole('button', { name: `Copy ${what}` }));
        await expect(page.getByRole('button', { name: `Copied ${what}` })).toBeVisible();
      }
      await register(client.id, client.secret, await page.getByRole('textbox', { name: 'Redirect URI' }).inputValue());

      await user.press(page.getByRole('link', { name: 'Connect an account' }));
      await user.type(page.getByLabel('Account', { exact: true }), `first-${id}`);
      await user.press(page.getByRole('button', { name: 'Continue to Gorgias' }));
      await user.press(page.getByRole('button', { name: 'Approve' }));
      await expect(page.getByRole('heading', { level: 1 })).toHaveText(`first-${id} is connected`);
      expect(user.clicks).toBeLessThanOrEqual(10);
      await page.goto(`${fresh.base}/t/harbour/accounts/harbour-returns/first-${id}`);
      await expect(page.locator('section.reason .badge')).toHaveText('Working');
    });
  }
});
