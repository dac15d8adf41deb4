// From an empty installation to a second person of another role, signed in with a second
// factor: in ten clicks, by mail and without mail.

import type { Locator } from '@playwright/test';
import { noteInvitation } from './support/api';
import { link, MailServer } from './support/mail_server';
import { Mooring } from './support/mooring';
import { canary } from './support/record';
import { setUp } from './support/set_up';
import { expect, type Page, test } from './support/test';
import { Authenticator } from './support/totp';

const PASSWORD = 'canary bramble lantern ferry';
const MOST_CLICKS = 10;

/** Counts what people press. */
class Clicks {
  private readonly pressed: string[] = [];

  async on(target: Locator, what: string): Promise<void> {
    this.note(what);
    await target.click();
  }

  note(what: string): void {
    this.pressed.push(what);
  }

  atMost(most: number): void {
    expect(this.pressed.length, this.pressed.join(', ')).toBeLessThanOrEqual(most);
  }
}

const button = (page: Page, name: string) => page.getByRole('button', { name, exact: true });

/** The link that the owner copies from the page. */
async function copied(page: Page, clicks: Clicks): Promise<string> {
  await clicks.on(button(page, 'Make invitation'), 'make invitation');
  const field = page.getByRole('textbox', { name: 'jonas@harbour.example' });
  // By the button beside it, or by hand without script.
  clicks.note('copy');
  const invitation = await field.inputValue();
  noteInvitation(invitation);
  return invitation;
}

/** The link in the mail. */
async function mailed(page: Page, clicks: Clicks, mails: MailServer, mooring: Mooring): Promise<string> {
  await clicks.on(button(page, 'Send invitation'), 'send invitation');
  const mail = await mails.mail('Mira Boat invites you to Harbour Labs');
  const invitation = link(mail, `${mooring.base}/invite/`);
  canary({ kind: 'mailed invitation', value: invitation.split('/').pop() ?? '', inOwnAddress: true });
  clicks.note('link in the mail');
  return invitation;
}

for (const way of ['by mail', 'without mail']) {
  test(`a second person with a second factor in ten clicks, ${way}`, async ({ page, customer: jonas, customerWatch: _ }) => {
    const mails = way === 'by mail' ? await MailServer.start() : undefined;
    const mooring = await Mooring.start(mails?.settings ?? {});
    canary({ kind: 'password', value: PASSWORD });
    const clicks = new Clicks();

    await setUp(page, mooring);
    clicks.note('create owner');
    await clicks.on(page.getByRole('navigation', { name: 'Main' }).getByRole('link', { name: 'Members' }), 'members');
    await page.getByLabel('E-mail').fill('jonas@harbour.example');
    await clicks.on(page.getByRole('radio', { name: 'Customer success' }), 'role');
    const invitation = mails ? await mailed(page, clicks, mails, mooring) : await copied(page, clicks);

    await jonas.goto(invitation);
    await jonas.getByLabel('Your name').fill('Jonas Pier');
    await jonas.getByLabel('Password').fill(PASSWORD);
    await clicks.on(button(jonas, 'Join'), 'join');
    await clicks.on(jonas.locator('summary').filter({ hasText: 'Jonas Pier' }), 'menu');
    await clicks.on(jonas.getByRole('link', { name: 'Your account' }), 'your account');
    await clicks.on(button(jonas, 'Set up an app'), 'set up an app');
    const key = (await jonas.locator('code.mono').textContent()) ?? '';
    for (const value of [key, key.replaceAll(' ', '')]) {
      canary({ kind: 'key of an authenticator app', value, onPage: '/me/authenticator' });
    }
    await jonas.getByLabel('Code', { exact: true }).fill(await new Authenticator(key).code());
    await clicks.on(button(jonas, 'Switch it on'), 'switch it on');
    await expect(jonas.getByText('Your authenticator app is on.')).toBeVisible();
    const codes = jonas.getByRole('list', { name: 'Recovery codes' }).getByRole('listitem');
    for (const value of await codes.allTextContents()) canary({ kind: 'recovery code', value, shown: 1 });
    clicks.atMost(MOST_CLICKS);

    await page.goto(`${mooring.base}/t/harbour/members`);
    const row = page.getByRole('row').filter({ hasText: 'Jonas Pier' });
    await expect(row).toContainText('Customer success');
    await expect(row).toContainText('Authenticator app');
    // What the page still loads would be refused.
    await page.goto('about:blank');
    await mooring.stop();
    await mails?.stop();
  });
}
