// From an empty installation to a second person, and to a new password, by mail alone.

import { link, MailServer } from './support/mail_server';
import { Mooring } from './support/mooring';
import { canary } from './support/record';
import { setUp } from './support/set_up';
import { expect, test } from './support/test';

const SECOND = 'canary gravel lantern otter';
const THIRD = 'canary plover thicket drum';

let mails: MailServer;
let mooring: Mooring;

test.beforeAll(async () => {
  mails = await MailServer.start();
  mooring = await Mooring.start(mails.settings);
});
test.afterAll(async () => {
  await mooring.stop();
  await mails.stop();
});

test('invited by mail, joined, password forgotten and set anew', async ({ page, customer: jonas, customerWatch }) => {
  // The link once it is used up.
  customerWatch.expect(410);
  canary({ kind: 'password', value: SECOND });
  canary({ kind: 'password', value: THIRD });

  await test.step('the owner sends two invitations', async () => {
    await setUp(page, mooring);
    await page.goto(`${mooring.base}/t/harbour/members`);
    await page.getByLabel('E-mail').fill('jonas@harbour.example, h.oduya@gone.example');
    await page.getByRole('radio', { name: 'Customer success' }).check();
    await page.getByRole('button', { name: 'Send invitation' }).click();
    await expect(page.getByText('2 invitations are on their way')).toBeVisible();
  });

  await test.step('one comes, in the name of the tenant; the other is refused, and the page says so', async () => {
    const mail = await mails.mail('Mira Boat invites you to Harbour Labs');
    expect(mail.secure).toBe(true);
    expect(mail.from?.text).toBe('"Harbour Labs" <mooring@house.example>');
    expect(mail.replyTo?.text).toBe('mira@harbour.example');
    const invitation = link(mail, `${mooring.base}/invite/`);
    expect(mail.html).toContain(invitation);
    // Mailed, it is on no page but its own.
    canary({ kind: 'mailed invitation', value: invitation.split('/').pop() ?? '', inOwnAddress: true });
    const refused = page.getByRole('row').filter({ hasText: 'h.oduya@gone.example' });
    await expect(async () => {
      await page.reload();
      await expect(refused).toContainText('Mail refused', { timeout: 1_000 });
    }).toPass();
    await expect(refused).toContainText('550 no such mailbox');

    await jonas.goto(invitation);
    await jonas.getByLabel('Your name').fill('Jonas Pier');
    await jonas.getByLabel('Password').fill(SECOND);
    await jonas.getByRole('button', { name: 'Join' }).click();
    await expect(jonas).toHaveURL(`${mooring.base}/t/harbour`);
  });

  await test.step('they forget their password and set a new one', async () => {
    // The page would ask for its stream without a session otherwise.
    await jonas.goto('about:blank');
    await jonas.context().clearCookies();
    await jonas.goto(`${mooring.base}/signin`);
    await jonas.getByRole('link', { name: 'Forgot it?' }).click();
    await jonas.getByLabel('E-mail').fill('jonas@harbour.example');
    await jonas.getByRole('button', { name: 'Send link' }).click();
    await expect(jonas.getByRole('heading', { level: 1 })).toHaveText('Look at your mail');
    const mail = await mails.mail('New password: the link that was asked for');
    const reset = link(mail, `${mooring.base}/reset/`);
    canary({ kind: 'reset link', value: reset.split('/').pop() ?? '', inOwnAddress: true });
    await jonas.goto(reset);
    await jonas.getByLabel('New password').fill(THIRD);
    await jonas.getByRole('button', { name: 'Set password' }).click();
    await expect(jonas).toHaveURL(`${mooring.base}/signin`);
    await jonas.getByLabel('E-mail').fill('jonas@harbour.example');
    await jonas.getByLabel('Password').fill(THIRD);
    await jonas.getByRole('button', { name: 'Sign in', exact: true }).click();
    await expect(jonas).toHaveURL(`${mooring.base}/t/harbour`);
    const notice = await mails.mail('Your password was set anew');
    expect(notice.text).toContain('127.0.0.1');
    await jonas.goto(reset);
    await expect(jonas.getByRole('heading', { level: 1 })).toHaveText('This link has ended');
  });
});
