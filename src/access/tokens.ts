import { createHash, randomBytes } from 'node:crypto';

const PREFIX = 'sun_';
const SECRET_BYTES = 32;
const WELL_FORMED = /^sun_[A-Za-z0-9_-]{43}$/;

/** 256 random bits. The prefix lets secret scanners find one that got into a repository. */
export function generateSecret(): string {
  return `${PREFIX}${randomBytes(SECRET_BYTES).toString('base64url')}`;
}

/** False for what can't be a token of ours, so that it costs no query. */
export function isWellFormed(secret: string): boolean {
  return WELL_FORMED.test(secret);
}

/** A fast hash is enough: nobody guesses 256 bits, and a slow one would let strangers keep our CPU busy. */
export function hashSecret(secret: string): Buffer {
  return createHash('sha256').update(secret, 'utf8').digest();
}

/** The token in an `Authorization` header or connection parameter; null when it holds none. */
export function readBearer(header: string | null | undefined): string | null {
  return /^Bearer +([^\s]{1,200}) *$/i.exec(header ?? '')?.[1] ?? null;
}
