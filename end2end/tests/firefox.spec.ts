// The story in Firefox, driven over WebDriver BiDi: other engines have other dialogs, streams
// and rules for scripts.

import { expect, test } from '@playwright/test';
import puppeteer, { type Browser, type BrowserContext, type Page } from 'puppeteer-core';
import { addApp, type Asked, check } from './support/api';
import { Mooring } from './support/mooring';
import { canary } from './support/record';
import { PASSWORD } from './support/set_up';
import { behave, deactivate } from './support/simulator';

const HOME = '/t/harbour';
const APP = {
  name: 'Harbour Returns',
  slug: 'harbour-returns',
  client_id: 'firefox-client',
  client_secret: 'canary-firefox-secret-90cd',
  scopes: ['openid', 'email', 'profile', 'offline', 'tickets:read'],
};
const ACCOUNT = 'foxglove';
const PROBLEM = 'content security policy:';

/** Whether puppeteer's own script was stopped by a page that went away: no line of a page has a part in it. */
const ofDriver = (error: unknown) =>
  error instanceof Error && error.message.includes('Permission denied to access property') && !/\(https?:/.test(error.stack ?? '');

let mooring: Mooring;
let browser: Browser;
const problems: string[] = [];

test.beforeAll(async () => {
  mooring = await Mooring.start();
  browser = await puppeteer.launch({
    browser: 'firefox',
    protocol: 'webDriverBiDi',
    // Debian's Firefox; puppeteer-core downloads none.
    executablePath: process.env.MOORING_E2E_FIREFOX ?? '/usr/bin/firefox-esr',
    headless: true,
    // This Firefox has no viewport of puppeteer's.
    defaultViewport: null,
    args: ['--width=1280', '--height=900'],
  });
});
test.afterAll(async () => {
  await browser?.close();
  await mooring.stop();
});

/** A page whose problems are kept. */
async function watched(of: Browser | BrowserContext = browser): Promise<Page> {
  const page = await of.newPage();
  await page.evaluateOnNewDocument((problem) => {
    document.addEventListener('securitypolicyviolation', (event) => {
      console.error(problem, event.violatedDirective, event.blockedURI, location.pathname);
    });
  }, PROBLEM);
  page.on('console', (message) => {
    if (message.type() === 'error') problems.push(`console: ${message.text()}`);
  });
  page.on('pageerror', (error) => {
    if (!ofDriver(error)) problems.push(`script: ${error instanceof Error ? error.stack : String(error)} at ${page.url()}`);
  });
  page.on('response', (response) => {
    if (response.url().startsWith(mooring.base) && response.status() >= 400) problems.push(`status ${response.status()}: ${response.url()}`);
  });
  return page;
}

const button = (name: string) => `::-p-xpath(//button[normalize-space()="${name}"])`;

/** Clicks what is there, or comes. */
async function click(page: Page, what: string): Promise<void> {
  const element = await page.waitForSelector(what, { visible: true });
  await element?.click();
}

/** Lets script come to its end: if somebody leaves before that, Firefox calls it an error. */
async function loaded(page: Page): Promise<void> {
  if (await page.$('leptos-island')) await live(page);
}

async function go(page: Page, url: string): Promise<void> {
  await loaded(page);
  await page.goto(url);
}

/** Follows what leads to another page. */
async function follow(page: Page, what: string): Promise<void> {
  await loaded(page);
  await Promise.all([page.waitForNavigation(), click(page, what)]);
}

const text = (page: Page, which: string) => page.$eval(which, (element) => element.textContent?.trim() ?? '').catch(() => '');
const shows = (page: Page, which: string, words: string | RegExp, timeout = 10_000) =>
  expect.poll(() => text(page, which), { message: `${which} says`, timeout }).toMatch(words);
const closed = (page: Page) => expect.poll(() => page.$$eval('dialog', (dialogs) => dialogs.length)).toBe(0);
const live = (page: Page) => page.waitForSelector('html[data-islands=live]');

test('set up, connect, break, send a link, turn green, in Firefox', async () => {
  test.setTimeout(120_000);
  const page = await watched();
  canary({ kind: 'password', value: PASSWORD });
  let of: Asked;
  let installed = '';

  await test.step('the owner sets Mooring up', async () => {
    expect(await browser.version()).toMatch(/firefox/i);
    await go(page, `${mooring.base}/setup`);
    for (const [name, value] of [
      ['token', mooring.setUpToken()],
      ['tenant_name', 'Harbour Labs'],
      ['tenant_slug', 'harbour'],
      ['name', 'Mira Boat'],
      ['email', 'mira@harbour.example'],
      ['password', PASSWORD],
    ] as const) {
      await page.type(`[name=${name}]`, value);
    }
    await follow(page, button('Create owner'));
    await shows(page, 'h1', 'Connect your first Gorgias account');
  });

  await test.step('signs out and in again', async () => {
    await click(page, '::-p-xpath(//summary[contains(., "your account")])');
    await follow(page, button('Sign out'));
    await page.type('[name=email]', 'mira@harbour.example');
    await page.type('[name=password]', PASSWORD);
    await follow(page, button('Sign in'));
    await go(page, mooring.base + HOME);
    await shows(page, 'h1', 'Connect your first Gorgias account');
  });

  await test.step('connects an account at Gorgias', async () => {
    of = { base: mooring.base, token: mooring.apiToken('harbour') };
    installed = (await addApp(APP, of)).install_url;
    await go(page, `${installed}?account=${ACCOUNT}`);
    await follow(page, button('Approve'));
    await shows(page, 'h1', `${ACCOUNT} is connected`);
    await go(page, `${mooring.base}${HOME}/accounts/${APP.slug}/${ACCOUNT}`);
    await shows(page, 'section.reason .badge', 'Working');
    await live(page);
    await shows(page, 'header.top [role=status]', /^Live$/);
    await page.evaluate(() => document.body.setAttribute('data-kept', 'true'));
  });

  await test.step('it breaks, and the open page says so by itself', async () => {
    await deactivate(ACCOUNT);
    await check(APP.slug, ACCOUNT, 'disconnected', of);
    await shows(page, 'section.reason .badge', 'Disconnected', 2_000);
    await shows(page, '#why', /^Gorgias refused our access/);
  });

  await test.step('the palette finds it, and opens the dialog', async () => {
    await page.keyboard.down('Control');
    await page.keyboard.press('k');
    await page.keyboard.up('Control');
    await page.waitForSelector('dialog.palette[open]');
    expect(await page.evaluate(() => document.activeElement?.getAttribute('role'))).toBe('combobox');
    await page.keyboard.type(ACCOUNT);
    await shows(page, 'dialog.palette [role=option][aria-selected=true]', new RegExp(`^${ACCOUNT}`));
    await page.keyboard.press('ArrowDown');
    await shows(page, 'dialog.palette [role=option][aria-selected=true]', `Send a link to ${ACCOUNT}`);
    await page.keyboard.press('Enter');
    await page.waitForSelector('dialog[open] form');
    await page.keyboard.press('Escape');
    await closed(page);
  });

  await test.step('a link is made in the dialog, and the customer approves, and the page turns green behind it', async () => {
    // Not the one in the closed menu.
    await click(page, '::-p-xpath(//section[contains(@class, "reason")]//a[normalize-space()="Send reconnect link"])');
    await page.waitForSelector('dialog[open] form');
    expect(await page.evaluate(() => document.activeElement?.closest('dialog') !== null), 'the focus is in the dialog').toBe(true);
    await click(page, 'dialog button[value=copy]');
    await page.waitForSelector('#link-url');
    const url = await page.$eval('#link-url', (field) => (field as HTMLInputElement).value);
    canary({ kind: 'link token', value: url.split('/').pop() ?? '', shown: 0, inOwnAddress: true });
    await shows(page, 'dialog .steps', 'Opened (not yet)');
    await behave(ACCOUNT, { consent: 'always' });

    // The customer is signed in nowhere.
    const customer = await watched(await browser.createBrowserContext());
    await go(customer, url);
    await shows(customer, 'h1', `Reconnect ${ACCOUNT}.gorgias.com`);
    await follow(customer, button('Continue to Gorgias'));
    await shows(customer, 'h1', `Connect an app to ${ACCOUNT}`);
    await follow(customer, button('Approve'));
    await shows(customer, 'h1', `${ACCOUNT} is reconnected`);
    expect(problems, 'the customer’s console is clean').toEqual([]);

    // Firefox draws nothing in a window that lies behind another.
    await page.bringToFront();
    await shows(page, 'dialog .track', 'Working', 2_000);
    await shows(page, 'section.reason .badge', 'Working', 2_000);
    expect(await page.$eval('body', (body) => body.getAttribute('data-kept')), 'without a reload').toBe('true');
    await click(page, 'dialog a[data-close]');
    await closed(page);
  });

  await test.step('every page keeps Firefox quiet', async () => {
    for (const path of ['', '/accounts', '/apps', `/apps/${APP.slug}`, '/scopes', '/campaigns', '/members', '/audit', '/keys', '/api-tokens', '/settings', '/jobs']) {
      await go(page, mooring.base + HOME + path);
      await live(page);
      await shows(page, 'h1', /./);
    }
    expect(problems).toEqual([]);
  });

  await test.step('a breach of the content security policy would be noticed', async () => {
    await page.evaluate(() => document.body.setAttribute('style', 'color: red'));
    await expect.poll(() => problems.join()).toContain(PROBLEM);
  });
});
