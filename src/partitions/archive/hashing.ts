import { createHash } from 'node:crypto';
import { Transform } from 'node:stream';

/** Lets bytes through, and knows their number and hash in the end. */
export interface Meter {
  readonly stream: Transform;
  readonly bytes: () => number;
  /** SHA-256 in hexadecimal digits; once, at the end. */
  readonly sha256: () => string;
}

export function createMeter(onBytes: (bytes: number) => void = () => {}): Meter {
  const hash = createHash('sha256');
  let bytes = 0;
  const stream = new Transform({
    transform(chunk: Buffer, _encoding, done) {
      hash.update(chunk);
      bytes += chunk.length;
      onBytes(bytes);
      done(null, chunk);
    },
  });
  return { stream, bytes: () => bytes, sha256: () => hash.digest('hex') };
}
