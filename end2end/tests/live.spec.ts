// Lists that are open while accounts change: nothing moves under the pointer.

import { addApp, api, type Asked, check, type Connection, type NewApp } from './support/api';
import { connectAll } from './support/customer';
import { BASE, RUN } from './support/env';
import { kept, open } from './support/kept';
import { violations } from './support/look';
import { Mooring } from './support/mooring';
import { NORTHWIND, setUpByRequest } from './support/set_up';
import { deactivate } from './support/simulator';
import { expect, type Page, test as base } from './support/test';

const LIST = `/t/${NORTHWIND}/accounts`;
const STREAM = /\/live$/;

const app = (slug: string): NewApp => ({
  name: `Harbour ${slug}`,
  slug,
  client_id: `live-${slug}`,
  client_secret: `canary-live-${slug}-6d1c`,
  scopes: ['openid', 'email', 'profile', 'offline', 'tickets:read'],
});

let mooring: Mooring;
let of: Asked;
let address = BASE;
const test = base.extend({
  baseURL: async ({ browserName: _ }, use) => use(address),
});

async function begin(owner: string, wanted: NewApp, accounts: string[], settings: Record<string, string> = {}): Promise<void> {
  mooring = await Mooring.start(settings);
  address = mooring.base;
  await setUpByRequest(mooring, owner);
  of = { base: mooring.base, token: mooring.apiToken(NORTHWIND) };
  const { install_url: install } = await addApp(wanted, of);
  await connectAll(install, accounts);
}

const row = (page: Page, account: string) => page.locator(`tr[data-row="${account}"]`);
const hearing = (page: Page) => page.locator('header.top .live');
const offer = (page: Page) => page.getByRole('link', { name: /^\d+ updates?, show$/ });

/** The accounts of the list, in their order. */
const names = (page: Page) => page.locator('tr[data-row]').evaluateAll((rows) => rows.map((row) => row.getAttribute('data-row') ?? ''));

test.describe('a list that is open', () => {
  const APP = app('lists');
  const OWNER = `${RUN}/live.json`;
  /** Its name is the first one of those that work, and it goes on working. */
  const STEADY = 'anchor';
  /** It is broken from the beginning. */
  const LOST = 'lost-buoy';
  /** Each test breaks its own ones. */
  const OTHERS = ['ballast', 'cable', 'davit', 'ensign', 'fender'];

  test.beforeAll(async () => {
    test.setTimeout(120_000);
    await begin(OWNER, APP, [STEADY, LOST, ...OTHERS]);
    await broken(LOST);
  });
  test.afterAll(async () => {
    await mooring.stop();
    address = BASE;
  });
  // Three accounts refused in a row would be a fault of the app.
  test.beforeEach(() => check(APP.slug, STEADY, 'working', of));
  test.use({ storageState: OWNER });

  async function broken(account: string): Promise<void> {
    await deactivate(account);
    await check(APP.slug, account, 'disconnected', of);
  }

  test('rows keep their places under the pointer, and their order is offered', async ({ page }) => {
    const account = 'ballast';
    await open(page, LIST);
    await expect(hearing(page)).toHaveText('Live');
    await expect(row(page, account).locator('.badge')).toHaveText('Working');
    const before = await names(page);
    expect(before.indexOf(account), 'those that work stand by their names').toBeGreaterThan(before.indexOf(STEADY));
    const link = row(page, STEADY).getByRole('rowheader').getByRole('link');
    await link.hover();
    await link.focus();
    const place = () => link.evaluate((shown) => Math.round(shown.getBoundingClientRect().top));
    const at = await place();

    await broken(account);
    await expect(row(page, account).locator('.badge'), 'where it stands').toHaveText('Disconnected');
    await expect(offer(page)).toBeVisible();
    expect(await names(page)).toEqual(before);
    expect(await place()).toBe(at);
    await expect(link).toBeFocused();
    expect(await link.evaluate((shown) => shown.matches(':hover')), 'under the pointer').toBe(true);
    expect(await violations(page)).toEqual([]);
    await kept(page);

    await offer(page).click();
    await expect.poll(async () => (await names(page)).indexOf(account), { message: 'the worst come first' }).toBeLessThan(before.indexOf(account));
    const after = await names(page);
    expect(after.indexOf(account)).toBeLessThan(after.indexOf(STEADY));
    await expect(offer(page)).toHaveCount(0);
  });

  test('changes of accounts that the list does not show are counted, and shown when asked for', async ({ page }) => {
    await open(page, `${LIST}?health=disconnected`);
    await expect(hearing(page)).toHaveText('Live');
    const before = await names(page);
    expect(before).toContain(LOST);
    await row(page, LOST).getByRole('rowheader').getByRole('link').hover();

    const updates = async () => Number(/^\d+/.exec(await offer(page).innerText())?.[0] ?? 0);
    await broken('cable');
    await expect(offer(page)).toBeVisible();
    const first = await updates();
    await broken('davit');
    await expect.poll(updates, { message: 'each is counted' }).toBeGreaterThan(first);
    expect(await names(page)).toEqual(before);
    await kept(page);

    await offer(page).press('Enter');
    for (const account of ['cable', 'davit', LOST]) await expect(row(page, account).locator('.badge')).toHaveText('Disconnected');
    await expect(page).toHaveURL((url) => url.pathname + url.search === `${LIST}?health=disconnected`);
    await expect(offer(page)).toHaveCount(0);
  });

  test('without a stream the page says so, and polls', async ({ page }) => {
    const account = 'ensign';
    await page.clock.install();
    // An answer after which a browser doesn't try again.
    await page.route(STREAM, (route) => route.fulfill({ status: 204 }));
    await open(page, LIST);
    await expect(hearing(page)).toHaveText('Live updates paused');
    expect(await violations(page)).toEqual([]);
    const badge = row(page, account).locator('.badge');
    await expect(badge).toHaveText('Working');
    const before = await names(page);
    await broken(account);
    await page.clock.fastForward('00:31');
    await expect(badge).toHaveText('Disconnected');
    await expect(offer(page)).toBeVisible();
    await expect(hearing(page), 'still').toHaveText('Live updates paused');
    expect(await names(page)).toEqual(before);
    await kept(page);
  });

  test('a stream that comes back brings what was missed', async ({ page, watch }) => {
    const account = 'fender';
    await page.route(STREAM, (route) => route.abort('connectionrefused'));
    await open(page, LIST);
    await expect(hearing(page)).toHaveText('Live updates paused');
    const badge = row(page, account).locator('.badge');
    await expect(badge).toHaveText('Working');
    await broken(account);
    await page.unroute(STREAM);
    await expect(hearing(page)).toHaveText('Live', { timeout: 20_000 });
    await expect(badge).toHaveText('Disconnected');
    await kept(page);
    // The browser reports each try.
    expect(watch.problems.filter((problem) => !problem.includes('ERR_CONNECTION_REFUSED'))).toEqual([]);
    watch.problems.length = 0;
  });
});

test.describe('a check in a row', () => {
  const APP = app('checks');
  const OWNER = `${RUN}/live-checks.json`;
  /** Each for one list: it isn't Unchecked any more afterwards. */
  const LISTS = [
    { account: 'quiet-pier', list: `${LIST}?health=unchecked` },
    { account: 'quiet-quay', list: LIST },
  ];

  test.beforeAll(async () => {
    test.setTimeout(120_000);
    await begin(OWNER, APP, LISTS.map(({ account }) => account), { MOORING_WORKER: 'off', MOORING_CHECK_INTERVAL: '10s' });
    for (const { account } of LISTS) {
      const health = async () => (await api<Connection>('GET', `connections/${APP.slug}/${account}`, undefined, of)).health;
      await expect.poll(health, { message: 'nobody checks it', timeout: 60_000 }).toBe('unchecked');
    }
  });
  test.afterAll(async () => {
    await mooring.stop();
    address = BASE;
  });
  test.use({ storageState: OWNER });

  for (const { account, list } of LISTS) {
    test(`says what came of it in ${list}`, async ({ page }) => {
      await open(page, list);
      await expect(row(page, account).locator('.badge')).toHaveText('Unchecked');
      await row(page, account).getByRole('button', { name: 'Check now' }).click();
      const said = row(page, account).getByRole('status');
      await expect(said).toBeVisible();
      await expect(said).toHaveText(/[Cc]hecked/);
      await expect(page).toHaveURL((url) => url.pathname + url.search === list);
      await kept(page);
      expect(await violations(page)).toEqual([]);
    });
  }
});
