// The codes of an authenticator app (RFC 6238): SHA-1, six digits, 30 seconds.

import { createHmac } from 'node:crypto';

const PERIOD = 30_000;
const ALPHABET = 'ABCDEFGHIJKLMNOPQRSTUVWXYZ234567';

/** The bytes of a key in base32 (RFC 4648 6). */
function bytes(key: string): Buffer {
  const bits = [...key].map((letter) => ALPHABET.indexOf(letter).toString(2).padStart(5, '0')).join('');
  return Buffer.from((bits.match(/.{8}/g) ?? []).map((byte) => Number.parseInt(byte, 2)));
}

/** An app that has the key, and shows each of its codes once. */
export class Authenticator {
  private readonly key: Buffer;
  private used = 0;

  constructor(typed: string) {
    this.key = bytes(typed.replaceAll(' ', ''));
  }

  /**
   * A code that wasn't used: the present one, or the next, which counts already. The third
   * within a minute has to be waited for.
   */
  async code(): Promise<string> {
    const now = () => Math.floor(Date.now() / PERIOD);
    while (this.used > now()) {
      await new Promise((done) => setTimeout(done, this.used * PERIOD - Date.now()));
    }
    const step = Math.max(now(), this.used + 1);
    this.used = step;
    const counter = Buffer.alloc(8);
    counter.writeBigUInt64BE(BigInt(step));
    const digest = createHmac('sha1', this.key).update(counter).digest();
    const offset = (digest.at(-1) ?? 0) & 15;
    const number = digest.readUInt32BE(offset) & 0x7fffffff;
    return String(number % 1_000_000).padStart(6, '0');
  }
}
