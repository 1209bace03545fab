import { createHash, type Hash } from 'node:crypto';
import {
  AbortMultipartUploadCommand,
  CompleteMultipartUploadCommand,
  CreateMultipartUploadCommand,
  PutObjectCommand,
  type S3Client,
  UploadPartCommand,
} from '@aws-sdk/client-s3';

export type ObjectBody = Uint8Array | AsyncIterable<Uint8Array>;

export interface Uploaded {
  readonly sizeBytes: number;
  /** Of the content, in hexadecimal digits: what `get` gives must have the same. */
  readonly sha256: string;
}

interface Place {
  readonly Bucket: string;
  readonly Key: string;
}

/** Parts are held in memory, one at a time. S3 takes 10,000 of them and an object of 5 TB (User Guide, "Multipart upload limits"). */
const PART_BYTES = 16 * 1024 * 1024;
const GROWS_EVERY_PARTS = 500; // 16 MB, then 32 MB, …: 10,000 parts are 1.6 TB
const MAX_PARTS = 10_000;

/** Stores one object whole or not at all. Each message carries its MD5, so what arrives damaged is refused. */
export async function upload(
  client: S3Client,
  place: Place,
  body: ObjectBody,
  options: { readonly abortSignal?: AbortSignal },
): Promise<Uploaded> {
  const hash = createHash('sha256');
  const parts = cut(body instanceof Uint8Array ? [body] : body, hash)[Symbol.asyncIterator]();
  const first = await parts.next();
  const second = first.done === true ? first : await parts.next();
  if (second.done === true) {
    const whole = first.done === true ? new Uint8Array() : first.value;
    await client.send(new PutObjectCommand({ ...place, Body: whole, ContentMD5: toMd5(whole) }), options);
    return { sizeBytes: whole.byteLength, sha256: hash.digest('hex') };
  }
  const rest = (async function* () {
    if (first.done !== true) yield first.value;
    yield second.value;
    yield* { [Symbol.asyncIterator]: () => parts };
  })();
  const sizeBytes = await uploadParts(client, place, rest, options);
  return { sizeBytes, sha256: hash.digest('hex') };
}

/** What fails is taken back: parts without an object cost money and are in no listing. */
async function uploadParts(
  client: S3Client,
  place: Place,
  parts: AsyncIterable<Uint8Array>,
  options: { readonly abortSignal?: AbortSignal },
): Promise<number> {
  const { UploadId } = await client.send(new CreateMultipartUploadCommand(place), options);
  const target = { ...place, UploadId };
  try {
    const done: { readonly ETag: string | undefined; readonly PartNumber: number }[] = [];
    let sizeBytes = 0;
    for await (const Body of parts) {
      const PartNumber = done.length + 1;
      if (PartNumber > MAX_PARTS) throw new RangeError(`${place.Key} has more than ${MAX_PARTS} parts`);
      const part = { ...target, PartNumber, Body, ContentMD5: toMd5(Body) };
      const { ETag } = await client.send(new UploadPartCommand(part), options);
      done.push({ ETag, PartNumber });
      sizeBytes += Body.byteLength;
    }
    const MultipartUpload = { Parts: done };
    await client.send(new CompleteMultipartUploadCommand({ ...target, MultipartUpload }), options);
    return sizeBytes;
  } catch (error) {
    // Without the caller's signal: it may be the reason why we are here. A lifecycle rule removes what stays.
    await client.send(new AbortMultipartUploadCommand(target)).catch(() => undefined);
    throw error;
  }
}

/** Pieces of any size as parts of equal size; the last may be smaller. */
async function* cut(
  pieces: AsyncIterable<Uint8Array> | Iterable<Uint8Array>,
  hash: Hash,
): AsyncGenerator<Uint8Array, undefined> {
  let held: Uint8Array[] = [];
  let heldBytes = 0;
  let parts = 0;
  for await (const piece of pieces) {
    hash.update(piece);
    for (let from = 0; from < piece.byteLength;) {
      const partBytes = PART_BYTES * (1 + Math.floor(parts / GROWS_EVERY_PARTS));
      const taken = piece.subarray(from, from + partBytes - heldBytes);
      held.push(taken);
      heldBytes += taken.byteLength;
      from += taken.byteLength;
      if (heldBytes < partBytes) continue;
      yield Buffer.concat(held, heldBytes);
      [held, heldBytes, parts] = [[], 0, parts + 1];
    }
  }
  if (heldBytes > 0) yield Buffer.concat(held, heldBytes);
}

function toMd5(bytes: Uint8Array): string {
  return createHash('md5').update(bytes).digest('base64');
}
