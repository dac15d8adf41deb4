// Installations of their own: not set up, empty, with one account of one app or of two, and with very many.

import { readFileSync } from 'node:fs';
import { expect, type Page } from '@playwright/test';
import { NORTHWIND } from '../set_up';
import { CROWD, EXPIRED, ONLY, TWICE } from '../world';
import { at, press, type Screen } from './screen';

/** Pages of an installation that is not set up yet. */
export const UNSET: Screen[] = [
  { name: 'set-up', open: at('/setup'), heading: 'Set up Mooring' },
  {
    name: 'set-up, wrong',
    heading: 'Set up Mooring',
    status: 422,
    async open(page) {
      await page.goto('/setup');
      await page.getByLabel('Set-up token').fill('not the token');
      await page.getByLabel('Your company').fill('Northwind');
      await page.getByLabel('Short name for addresses').fill('northwind');
      await page.getByLabel('Your name').fill('Nora Wind');
      await page.getByLabel('Your e-mail address').fill('nora@northwind.example');
      await page.getByLabel('Password').fill('canary anvil meadow thimble');
      await press(page, 'Create owner');
      await expect(page.locator('#token-error')).toBeVisible();
    },
  },
];

const northwind = `/t/${NORTHWIND}`;

/** Pages of a tenant that is still empty. */
export const EMPTY: Screen[] = [
  { name: 'overview, nothing yet', open: at(northwind), heading: 'Connect your first Gorgias account', islands: true },
  { name: 'accounts, nothing yet', open: at(`${northwind}/accounts`), heading: 'Accounts', islands: true },
  { name: 'connect, no app yet', open: at(`${northwind}/accounts/connect`), heading: 'Connect an account' },
  { name: 'permissions, nothing yet', open: at(`${northwind}/scopes`), heading: 'Permissions' },
  { name: 'apps, nothing yet', open: at(`${northwind}/apps`), heading: 'Apps' },
  { name: 'API tokens, nothing yet', open: at(`${northwind}/api-tokens`), heading: 'API tokens' },
  { name: 'set-up, done', open: at('/setup'), heading: 'There is nothing here', status: 404 },
];

/** Pages of a tenant with a single account. */
export const ONE: Screen[] = [
  { name: 'overview, one account', open: at(northwind), heading: '1 account needs you' },
  { name: 'accounts, one', open: at(`${northwind}/accounts`), heading: 'Accounts' },
  { name: 'account, the only one', open: at(`${northwind}/accounts/${ONLY.app.slug}/${ONLY.account}`), heading: ONLY.account },
  { name: 'permissions, one account', open: at(`${northwind}/scopes?app=${ONLY.app.slug}`), heading: 'Permissions' },
  { name: 'apps, one', open: at(`${northwind}/apps`), heading: 'Apps' },
  { name: 'audit, begun', open: at(`${northwind}/audit`), heading: 'Audit' },
  // Last: afterwards it is snoozed.
  {
    name: 'accounts, one snoozed',
    heading: 'Accounts',
    async open(page) {
      const account = `${northwind}/accounts/${ONLY.app.slug}/${ONLY.account}`;
      await page.goto(`${account}?snooze=new`);
      const snooze = page.getByRole('button', { name: 'Snooze for everybody' });
      if (await snooze.count()) {
        await page.getByLabel('Why').fill('Their admin is back on Monday');
        await snooze.click();
        await expect(page.getByText('Snoozed by').first()).toBeVisible();
      }
      await page.goto(`${northwind}/accounts?health=snoozed`);
      await expect(page.getByRole('row').filter({ hasText: 'Snoozed by' })).toHaveCount(1);
    },
  },
  { name: 'overview, the only one snoozed', open: at(northwind), heading: 'Nobody needs you' },
];

/** Pages of a tenant whose only account works. */
export const WELL: Screen[] = [
  { name: 'overview, nobody needs you', open: at(northwind), heading: 'Nobody needs you' },
  { name: 'accounts, none needs you', open: at(`${northwind}/accounts?health=need_you`), heading: 'Accounts' },
  { name: 'accounts, none snoozed', open: at(`${northwind}/accounts?health=snoozed`), heading: 'Accounts' },
];

/** Pages of a tenant whose worker is silent. */
export const SILENT: Screen[] = [
  { name: 'overview, checks overdue', open: at(northwind), heading: /^1 (account|thing) needs you$/ },
  { name: 'accounts, checks overdue', open: at(`${northwind}/accounts`), heading: 'Accounts' },
  { name: 'accounts, unchecked', open: at(`${northwind}/accounts?health=unchecked`), heading: 'Accounts' },
  {
    name: 'account, unchecked',
    heading: ONLY.account,
    async open(page) {
      await page.goto(`${northwind}/accounts/${ONLY.app.slug}/${ONLY.account}`);
      await expect(page.locator('section.reason .badge')).toHaveText('Unchecked');
    },
  },
];

const expired = () => readFileSync(EXPIRED, 'utf8');

/** Pages of a tenant with a link that expired. */
export const LAPSED: Screen[] = [
  { name: 'reconnect link, expired', open: (page) => page.goto(expired()), heading: 'This link has expired', status: 410 },
  { name: 'reconnect link, expired, in German', open: (page) => page.goto(`${expired()}?lang=de`), heading: 'Dieser Link ist abgelaufen', status: 410 },
  {
    name: 'account, link expired',
    heading: ONLY.account,
    async open(page) {
      await page.goto(`${northwind}/accounts/${ONLY.app.slug}/${ONLY.account}`);
      await expect(page.locator('[data-live=links]')).toContainText('Expired');
    },
  },
];

/** The tabs of the account that is connected to two apps. */
async function twoTabs(page: Page): Promise<void> {
  const tabs = page.getByRole('navigation', { name: `Connections of ${TWICE.account}` });
  for (const { name } of TWICE.apps) await expect(tabs.getByRole('link', { name })).toBeVisible();
  await expect(tabs.getByRole('link', { name: 'Another app' })).toBeVisible();
}

/** Pages of a tenant with an account that is connected to two apps. */
export const TWO_APPS: Screen[] = [
  { name: 'overview, account of two apps', open: at(northwind), heading: /^1 (account|thing) needs you$/ },
  {
    name: 'accounts, one of two apps',
    heading: 'Accounts',
    async open(page) {
      await page.goto(`${northwind}/accounts`);
      const row = page.getByRole('row').filter({ hasText: TWICE.account });
      await expect(row).toHaveCount(1);
      for (const { name } of TWICE.apps) await expect(row.locator('td.c-app')).toContainText(name);
    },
  },
  {
    name: 'account of two apps, whichever is worse',
    heading: TWICE.account,
    async open(page) {
      await page.goto(`${northwind}/accounts/${TWICE.account}`);
      await expect(page).toHaveURL(new RegExp(`/${TWICE.apps[1].slug}/${TWICE.account}$`));
      await twoTabs(page);
    },
  },
  {
    name: 'account of two apps, the other one',
    heading: TWICE.account,
    async open(page) {
      await page.goto(`${northwind}/accounts/${TWICE.account}`);
      await page.getByRole('navigation', { name: `Connections of ${TWICE.account}` }).getByRole('link', { name: TWICE.apps[0].name }).click();
      await expect(page.locator('section.reason .badge')).toHaveText('Working');
      await twoTabs(page);
    },
  },
  {
    name: 'connect, to another app',
    heading: 'Connect an account',
    async open(page) {
      await page.goto(`${northwind}/accounts/connect?account=${TWICE.account}`);
      await expect(page.getByLabel('Account', { exact: true })).toHaveValue(TWICE.account);
    },
  },
  { name: 'search, account of two apps', open: at(`${northwind}/search?q=hats`), heading: 'Search for “hats”' },
];

/** Pages of a tenant with very many accounts, whose names are as long as names can be. */
export const MANY: Screen[] = [
  { name: 'overview, many accounts', open: at(northwind), heading: `${CROWD.broken} accounts need you` },
  { name: 'accounts, many', open: at(`${northwind}/accounts`), heading: 'Accounts' },
  { name: 'accounts, many, by name', open: at(`${northwind}/accounts?sort=name`), heading: 'Accounts' },
  {
    name: 'accounts, many, second page',
    heading: 'Accounts',
    async open(page) {
      await page.goto(`${northwind}/accounts`);
      await page.getByRole('navigation', { name: 'Pages' }).getByRole('link', { name: 'Next' }).click();
      await expect(page).toHaveURL(/after=/);
    },
  },
  {
    name: 'accounts, many, all chosen',
    heading: 'Accounts',
    async open(page) {
      await page.goto(`${northwind}/accounts`);
      await page.locator('[name=page]').check();
      await page.locator('.bulk [name=all]').check();
    },
  },
  { name: 'account, long names', open: at(`${northwind}/accounts/${CROWD.app.slug}/${CROWD.longest}`), heading: CROWD.title(0) },
  {
    name: 'account, long names, link',
    heading: CROWD.title(0),
    async open(page) {
      await page.goto(`${northwind}/accounts/${CROWD.app.slug}/${CROWD.longest}?link=new`);
    },
  },
  { name: 'permissions, many accounts', open: at(`${northwind}/scopes?app=${CROWD.app.slug}`), heading: 'Permissions' },
  { name: 'search, long names', open: at(`${northwind}/search?q=${CROWD.longest.slice(0, 12)}`), heading: `Search for “${CROWD.longest.slice(0, 12)}”` },
  { name: 'apps, long name', open: at(`${northwind}/apps`), heading: 'Apps' },
  { name: 'app, long name', open: at(`${northwind}/apps/${CROWD.app.slug}`), heading: CROWD.app.name },
  { name: 'audit, long names', open: at(`${northwind}/audit`), heading: 'Audit' },
  { name: 'campaign, new, many accounts', open: at(`${northwind}/campaigns/new?app=${CROWD.app.slug}`), heading: 'New campaign' },
];
