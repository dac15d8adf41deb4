// What keeps a tenant running.

import { expect } from '@playwright/test';
import { noteInvitation } from '../api';
import { canary } from '../record';
import { signInAnew } from '../sign_in';
import { RETURNS, SURVEYS } from '../world';
import { at, home, press, type Screen, unfolded } from './screen';

/** Apps, members, settings, audit, keys and API tokens. */
export const ADMINISTRATION: Screen[] = [
  { name: 'apps', open: at(`${home}/apps`), heading: 'Apps' },
  { name: 'app', open: at(`${home}/apps/${RETURNS.slug}?sandbox=acme-sandbox`), heading: RETURNS.name, islands: true },
  { name: 'app, setup fault', open: at(`${home}/apps/${SURVEYS.slug}`), heading: SURVEYS.name, islands: true },
  {
    name: 'app, removal refused',
    heading: RETURNS.name,
    status: 422,
    islands: true,
    async open(page) {
      await page.goto(`${home}/apps/${RETURNS.slug}/settings`);
      await page.locator('summary').filter({ hasText: `Remove ${RETURNS.name}…` }).click();
      await page.getByLabel(`Type ${RETURNS.slug} to confirm`).fill('something else');
      await press(page, `Remove ${RETURNS.name} and forget its tokens`);
      await expect(page.locator('#confirm-error')).toBeVisible();
    },
  },
  {
    name: 'app, not saved yet',
    heading: RETURNS.name,
    islands: true,
    async open(page) {
      await page.goto(`${home}/apps/${RETURNS.slug}/permissions`);
      await page.getByRole('checkbox', { name: 'Write macros' }).check();
      await page.getByRole('group', { name: 'Not saved' }).getByRole('button', { name: 'Save' }).click();
      await expect(page.getByRole('heading', { name: 'Not saved yet' })).toBeVisible();
    },
  },
  {
    name: 'app, something unsaved',
    heading: RETURNS.name,
    async open(page) {
      await page.goto(`${home}/apps/${RETURNS.slug}/settings`);
      await expect(page.locator('html')).toHaveAttribute('data-islands', 'live');
      await page.getByRole('textbox', { name: 'Name', exact: true }).fill('Another name');
      await expect(page.getByRole('group', { name: 'Not saved' })).toBeVisible();
    },
  },
  { name: 'app, credentials', open: at(`${home}/apps/${RETURNS.slug}/credentials`), heading: RETURNS.name },
  { name: 'app, credentials with setup fault', open: at(`${home}/apps/${SURVEYS.slug}/credentials`), heading: SURVEYS.name },
  { name: 'app, permissions', open: at(`${home}/apps/${RETURNS.slug}/permissions`), heading: RETURNS.name },
  { name: 'app, offline not saved yet', open: at(`${home}/apps/${RETURNS.slug}/permissions?add=offline`), heading: RETURNS.name },
  { name: 'app, accounts', open: at(`${home}/apps/${RETURNS.slug}/accounts`), heading: RETURNS.name },
  { name: 'app, accounts that match nothing', open: at(`${home}/apps/${RETURNS.slug}/accounts?q=no-such-thing`), heading: RETURNS.name },
  unfolded({ name: 'app, settings', open: at(`${home}/apps/${RETURNS.slug}/settings`), heading: RETURNS.name }),
  unfolded({ name: 'app', open: at(`${home}/apps/${RETURNS.slug}`), heading: RETURNS.name, islands: true }),
  { name: 'client secret', open: at(`${home}/apps/${RETURNS.slug}/reveal`), heading: 'Client secret', islands: false },
  { name: 'is it still you', open: at(`/confirm?next=${home}/keys`), heading: 'Is it still you?' },
  {
    name: 'is it still you, wrong password',
    heading: 'Is it still you?',
    status: 422,
    async open(page) {
      await page.goto(`/confirm?next=${home}/keys`);
      await page.getByLabel('Your password').fill('not the password');
      await press(page, 'Confirm');
      await expect(page.locator('#password-error')).toBeVisible();
    },
  },
  { name: 'new app', open: at(`${home}/apps/new`), heading: 'Add app' },
  {
    name: 'new app, wrong',
    heading: 'Add app',
    status: 422,
    async open(page) {
      await page.goto(`${home}/apps/new`);
      await page.getByLabel('Name', { exact: true }).fill('Second');
      await page.getByLabel('Short name for addresses').fill('Not A Slug!');
      await page.getByLabel('Client ID').fill('second-client');
      await page.getByLabel('Client secret').fill('canary-refused-secret-08d3');
      canary({ kind: 'client secret', value: 'canary-refused-secret-08d3' });
      await press(page, 'Add app');
      await expect(page.locator('#slug-error')).toBeVisible();
    },
  },
  { name: 'members', open: at(`${home}/members`), heading: 'Members' },
  { name: 'settings', open: at(`${home}/settings`), heading: 'Settings' },
  {
    name: 'settings, wrong',
    heading: 'Settings',
    status: 422,
    async open(page) {
      await page.goto(`${home}/settings`);
      await page.getByLabel('Colour, light').fill('#aab7ff');
      await page.getByRole('button', { name: 'Save : brand' }).click();
      await expect(page.locator('#color_light-error')).toBeVisible();
    },
  },
  { name: 'settings, delete', open: at(`${home}/settings/delete`), heading: 'Delete' },
  {
    name: 'members, one invited',
    heading: 'Members',
    islands: true,
    async open(page) {
      await page.goto(`${home}/members`);
      await page.getByLabel('E-mail').fill('new.person@northwind.example');
      await press(page, 'Make a link to copy');
      noteInvitation(await page.getByLabel('new.person@northwind.example', { exact: true }).inputValue());
    },
  },
  {
    name: 'members, wrong',
    heading: 'Members',
    status: 422,
    async open(page) {
      await page.goto(`${home}/members`);
      await page.getByLabel('E-mail').fill('nobody');
      await page.getByRole('radio', { name: 'Only some' }).check();
      await press(page, 'Make a link to copy');
      await expect(page.locator('#email-error')).toBeVisible();
    },
  },
  {
    name: 'member',
    heading: 'Leo Bauer',
    async open(page) {
      await page.goto(`${home}/members`);
      await page.getByRole('link', { name: 'Leo Bauer' }).click();
    },
  },
  {
    name: 'member, removal',
    heading: 'Remove',
    async open(page) {
      await page.goto(`${home}/members`);
      await page.getByRole('link', { name: 'Leo Bauer' }).click();
      await page.getByRole('link', { name: 'Remove Leo Bauer…' }).click();
    },
  },
  { name: 'audit', open: at(`${home}/audit`), heading: 'Audit' },
  { name: 'audit, with sign-ins and reads', open: at(`${home}/audit?all=on`), heading: 'Audit' },
  {
    name: 'audit, details open',
    heading: 'Audit',
    async open(page) {
      await page.goto(`${home}/audit`);
      await page.getByText('Details', { exact: false }).first().click();
    },
  },
  { name: 'audit, no match', open: at(`${home}/audit?action=app.removed`), heading: 'Audit' },
  // The menu of the person lies over the filter.
  unfolded({ name: 'audit', open: at(`${home}/audit`), heading: 'Audit' }, 'details:not(.more, .top details)'),
  { name: 'keys', open: at(`${home}/keys`), heading: 'Keys', islands: true },
  { name: 'API tokens', open: at(`${home}/api-tokens`), heading: 'API tokens' },
  {
    name: 'API tokens, one made',
    heading: 'API tokens',
    islands: true,
    async open(page) {
      await signInAnew(page);
      await page.goto(`${home}/api-tokens`);
      await page.getByLabel('Name', { exact: true }).fill('Returns backend');
      await press(page, 'Create token');
      canary({ kind: 'API token made here', value: await page.getByLabel('Token', { exact: true }).inputValue(), shown: 1 });
    },
  },
  {
    name: 'API tokens, rotating',
    heading: 'API tokens',
    async open(page) {
      await signInAnew(page);
      await page.goto(`${home}/api-tokens`);
      await page.getByText('Rotate…').first().click();
    },
  },
  {
    name: 'API tokens, one rotated',
    heading: 'API tokens',
    islands: true,
    async open(page) {
      await signInAnew(page);
      await page.goto(`${home}/api-tokens`);
      await page.getByLabel('Name', { exact: true }).fill('Rotated backend');
      await press(page, 'Create token');
      canary({ kind: 'API token made here', value: await page.getByLabel('Token', { exact: true }).inputValue(), shown: 1 });
      await page.goto(`${home}/api-tokens`);
      await page.getByText('Rotate…').first().click();
      await page.getByRole('button', { name: 'For 24 hours' }).first().click();
      canary({ kind: 'API token rotated here', value: await page.getByLabel('Token', { exact: true }).inputValue(), shown: 1 });
    },
  },
  {
    name: 'API tokens, wrong',
    heading: 'API tokens',
    status: 422,
    async open(page) {
      await signInAnew(page);
      await page.goto(`${home}/api-tokens`);
      await page.getByLabel('Name', { exact: true }).fill('   ');
      await press(page, 'Create token');
      await expect(page.locator('#name-error')).toBeVisible();
    },
  },
];
