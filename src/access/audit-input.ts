const LONGEST = 8_192;
const SECRET_KEY = /secret|password|passphrase|authorization|^token$/i;

/** Arguments as they may be kept for ever: without what looks like a secret, as JSON of at most 8 kB. */
export function toAuditInput(input: unknown): string {
  const text = JSON.stringify(input ?? null, (key, value: unknown) => {
    if (SECRET_KEY.test(key)) return '[redacted]';
    return typeof value === 'bigint' ? value.toString() : value;
  });
  // jsonb takes no NUL; an input that holds one is refused, and its audit row is written all the same.
  const clean = text.replaceAll('\\u0000', '\\ufffd');
  return clean.length <= LONGEST ? clean : JSON.stringify({ truncated: clean.slice(0, 1_000) });
}
