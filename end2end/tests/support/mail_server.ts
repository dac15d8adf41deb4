// A real mail server that Mooring signs in to over STARTTLS, with a certificate of its own authority.

import { writeFileSync } from 'node:fs';
import type { AddressInfo } from 'node:net';
import { expect } from '@playwright/test';
import { type ParsedMail, simpleParser } from 'mailparser';
import { generate } from 'selfsigned';
import { SMTPServer } from 'smtp-server';
import { RUN } from './env';
import { canary } from './record';

const USER = 'mooring@house.example';
const PASSWORD = 'canary/mail+password:5b1e';

/** One mail as it came. */
export interface Mail extends ParsedMail {
  /** Whether it came over TLS. */
  secure: boolean;
  /** Who signed in to the mail server. */
  user: string;
}

export class MailServer {
  private constructor(
    private readonly server: SMTPServer,
    readonly mails: Mail[],
    /** The settings with which Mooring sends its mail here. */
    readonly settings: Record<string, string>,
  ) {}

  static async start(): Promise<MailServer> {
    // An authority's own certificate is no server's.
    const ca = await generate([{ name: 'commonName', value: 'An authority of a test' }], {
      algorithm: 'sha256',
      extensions: [
        { name: 'basicConstraints', cA: true, critical: true },
        { name: 'keyUsage', keyCertSign: true, cRLSign: true },
      ],
    });
    const certificate = await generate([{ name: 'commonName', value: '127.0.0.1' }], {
      algorithm: 'sha256',
      ca: { key: ca.private, cert: ca.cert },
      extensions: [
        { name: 'basicConstraints', cA: false },
        { name: 'extKeyUsage', serverAuth: true },
        { name: 'subjectAltName', altNames: [{ type: 7, ip: '127.0.0.1' }] },
      ],
    });
    const authority = `${RUN}/mail-authority.pem`;
    writeFileSync(authority, ca.cert);
    canary({ kind: 'password of the mail server', value: PASSWORD });
    const mails: Mail[] = [];
    const server = new SMTPServer({
      key: certificate.private,
      cert: certificate.cert,
      // Nothing before STARTTLS, not even a password.
      allowInsecureAuth: false,
      onAuth: (auth, _session, done) => {
        if (auth.username === USER && auth.password === PASSWORD) done(null, { user: USER });
        else done(new Error('wrong user or password'));
      },
      onRcptTo: (address, _session, done) => {
        if (address.address.endsWith('@gone.example')) {
          done(Object.assign(new Error('no such mailbox'), { responseCode: 550 }));
        } else done();
      },
      onData: (stream, session, done) => {
        void simpleParser(stream).then((mail) => {
          mails.push({ ...mail, secure: session.secure, user: String(session.user) });
          done();
        }, done);
      },
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    const { port } = server.server.address() as AddressInfo;
    const login = `${encodeURIComponent(USER)}:${encodeURIComponent(PASSWORD)}`;
    return new MailServer(server, mails, {
      MOORING_SMTP_URL: `smtp://${login}@127.0.0.1:${port}?tls=on&tls_authority=${authority}`,
      MOORING_MAIL_FROM: USER,
    });
  }

  /** The newest mail with this subject, once it came. */
  async mail(subject: string): Promise<Mail> {
    const newest = () => this.mails.findLast((mail) => mail.subject === subject);
    await expect.poll(newest, { message: `“${subject}” comes`, timeout: 20_000 }).toBeDefined();
    return newest() as Mail;
  }

  async stop(): Promise<void> {
    await new Promise<void>((resolve) => this.server.close(resolve));
  }
}

/** The address behind the mail's button. */
export function link(mail: Mail, beginning: string): string {
  const found = (mail.text ?? '').split(/\s+/).find((word) => word.startsWith(beginning));
  if (!found) throw new Error(`no address that begins with ${beginning} in:\n${mail.text}`);
  return found;
}
