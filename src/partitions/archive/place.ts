import type { Readable } from 'node:stream';

/** A place for files that outlive their tables. Keys are relative, with slashes. */
export interface ArchiveStore {
  /** For people: where it is. */
  readonly location: string;
  /**
   * Writes the whole file; one that was there is replaced only when all of the new one is durable.
   *
   * @throws {ArchiveUnavailableError}
   */
  write(key: string, source: Readable, signal?: AbortSignal): Promise<void>;
  /** @throws {ArchiveUnavailableError} also when there is no such file: at once, or through the stream. */
  read(key: string, signal?: AbortSignal): Promise<Readable>;
  /** Twice is safe, also where there is none. @throws {ArchiveUnavailableError} */
  remove(key: string): Promise<void>;
}
