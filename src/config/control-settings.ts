import { isAbsolute } from 'node:path';
import { z } from 'zod';

/** Of a file or directory on this host. */
export const absolutePath = z.string().refine(isAbsolute, 'an absolute path');

/** How a server on our own host is stopped and started, with the programs in `postgresBinaries`. */
export const SERVER_CONTROL = z
  .strictObject({
    dataDirectory: absolutePath.describe(
      'Owned by our own operating system user, configuration files included.',
    ),
    socketDirectory: absolutePath.describe('Where the server has its socket.'),
    logFile: absolutePath.describe('What the server prints.'),
    superuser: z
      .string()
      .min(1)
      .default('postgres')
      .describe(
        'Role that makes the slots of standbys; it is only used on a restored server that is fenced off.',
      ),
  })
  .optional()
  .describe('How we stop and start it, for a restore in place. Left out: that is not ours to do.');
