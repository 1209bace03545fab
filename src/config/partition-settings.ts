import { isAbsolute } from 'node:path';
import { z } from 'zod';

const absolutePath = z.string().refine(isAbsolute, 'an absolute path');

/** The part of `sunday.yaml` about partitions. Secrets stand in files. */
export const PARTITION_SETTINGS = z
  .strictObject({
    defaultSchedule: z
      .boolean()
      .default(true)
      .describe('Partitions of all clusters are maintained once a day, until somebody changes the schedule.'),
    lockPatienceSeconds: z
      .number()
      .min(0.1)
      .max(3600)
      .default(30)
      .describe(
        'How long a change of partitions tries to get its locks, half a second at a time, before it gives up.',
      ),
    archive: z
      .union([
        z.strictObject({
          directory: absolutePath.describe(
            'On the host of each worker the same one: a mounted file system when there are several.',
          ),
        }),
        z.strictObject({
          s3: z.strictObject({
            endpoint: z.url({ protocol: /^https$/ }).describe('`https://host[:port]`.'),
            region: z.string().min(1).default('us-east-1').describe('Region of the bucket.'),
            bucket: z.string().min(1).describe('Name of the bucket; it has to be there.'),
            prefix: z
              .string()
              .regex(/^([\w.-]+(\/[\w.-]+)*)?$/, 'words between slashes, none at the ends')
              .default('')
              .describe('What the names of its objects begin with. Empty: the whole bucket is its own.'),
            uriStyle: z
              .enum(['host', 'path'])
              .default('host')
              .describe('`https://bucket.host/key` or `https://host/bucket/key`.'),
            caFile: absolutePath
              .optional()
              .describe('PEM file of the authority that signed its certificate.'),
            accessKeyFile: absolutePath.describe('File of mode 0600 that holds the access key.'),
            secretKeyFile: absolutePath.describe('File of mode 0600 that holds the secret key.'),
          }),
        }),
      ])
      .optional()
      .describe(
        'Where partitions go that are older than their policy keeps. Left out: none is archived or dropped.',
      ),
  })
  .prefault({});

export type PartitionSettings = z.output<typeof PARTITION_SETTINGS>;
