import { isAbsolute } from 'node:path';
import { z } from 'zod';

const absolutePath = z.string().refine(isAbsolute, 'an absolute path');
const variable = z.string().regex(/^[A-Z][A-Z0-9_]*$/, 'the name of an environment variable');
/** Goes into a file of lines: a break would begin another setting. */
const line = z.string().regex(/^[^\r\n]+$/, 'one line, not empty');

/** One repository of a stanza, as `sunday.yaml` names it. Secrets stand in files or in the environment. */
export const REPOSITORY_SETTINGS = z
  .strictObject({
    name: z
      .string()
      .regex(/^[a-z][a-z0-9-]{0,30}$/, 'lower case letters, digits and hyphens, 1 to 31, a letter first')
      .describe('What people type, e.g. `local` or `offsite`; unique in its stanza.'),
    type: z.enum(['posix', 's3']).default('posix').describe('A directory, or a bucket.'),
    path: absolutePath.optional().describe('Directory of a `posix` repository.'),
    endpoint: z
      .url({ protocol: /^https$/ })
      .optional()
      .describe('Of `s3`: `https://host[:port]`.'),
    region: line.default('us-east-1').describe('Of `s3`: region of the bucket.'),
    bucket: line.optional().describe('Of `s3`: name of the bucket; it has to be there.'),
    prefix: z
      .string()
      .regex(/^([\w.-]+(\/[\w.-]+)*)?$/, 'words between slashes, none at the ends')
      .default('')
      .describe('Of `s3`: what the names of its objects begin with. Empty: the whole bucket is its own.'),
    uriStyle: z
      .enum(['host', 'path'])
      .default('host')
      .describe('Of `s3`: `https://bucket.host/key` or `https://host/bucket/key`.'),
    caFile: absolutePath
      .optional()
      .describe("Of `s3`: PEM file of the authority that signed the server's certificate."),
    verifyTls: z.boolean().default(true).describe('Of `s3`: false takes any certificate. For trials only.'),
    accessKeyFile: absolutePath.optional().describe('Of `s3`: file of mode 0600 that holds the access key.'),
    accessKeyVariable: variable.optional().describe('Of `s3`: or the environment variable that holds it.'),
    secretKeyFile: absolutePath.optional().describe('Of `s3`: file of mode 0600 that holds the secret key.'),
    secretKeyVariable: variable.optional().describe('Of `s3`: or the environment variable that holds it.'),
    encryption: z
      .enum(['aes-256-cbc', 'none'])
      .default('aes-256-cbc')
      .describe('`none` needs `unencryptedBecause`. It cannot be changed once the stanza is there.'),
    passphraseFile: absolutePath.optional().describe('File of mode 0600 that holds the passphrase.'),
    passphraseVariable: variable.optional().describe('Or the environment variable that holds it.'),
    unencryptedBecause: line
      .min(10)
      .optional()
      .describe('Why whoever gets at this repository may read everything in it.'),
  })
  .superRefine((one, context) => {
    for (const message of problemsOf(one)) context.addIssue({ code: 'custom', message });
  });

/** Of a stanza. pgBackRest knows four. */
export const REPOSITORIES = z
  .array(REPOSITORY_SETTINGS)
  .min(1)
  .max(4)
  .superRefine((all, context) => {
    const names = all.map(({ name }) => name);
    if (new Set(names).size < names.length)
      context.addIssue({ code: 'custom', message: 'two repositories have the same name' });
  });

export type RepositoryConfig = z.output<typeof REPOSITORY_SETTINGS>;

interface Stanza {
  readonly configFile: string;
  readonly repositories?: readonly RepositoryConfig[] | undefined;
}

/** A pgbackrest.conf has one list of repositories, whoever shares it: clusters that say otherwise, with their path. */
export function listDifferingRepositories(
  clusters: readonly { readonly stanza?: Stanza | undefined }[],
): readonly string[] {
  const textOf = (index: number) => JSON.stringify(clusters[index]?.stanza?.repositories ?? null);
  return clusters.flatMap(({ stanza }, index) => {
    const first = clusters.findIndex((one) => one.stanza?.configFile === stanza?.configFile);
    if (stanza === undefined || textOf(first) === textOf(index)) return [];
    const path = `clusters[${index}].stanza.repositories`;
    return [`${path}: clusters[${first}] has the same configFile and other repositories`];
  });
}

const BUCKET_ONLY = ['endpoint', 'bucket', 'caFile', 'accessKeyFile', 'accessKeyVariable'] as const;
const SECRETS = ['passphrase', 'accessKey', 'secretKey'] as const;

function problemsOf(one: z.input<typeof REPOSITORY_SETTINGS>): readonly string[] {
  const isBucket = one.type === 's3';
  const isEncrypted = one.encryption !== 'none';
  const count = (secret: (typeof SECRETS)[number]) =>
    [one[`${secret}File`], one[`${secret}Variable`]].filter((source) => source !== undefined).length;
  const check = (isWrong: boolean, problem: string) => (isWrong ? [problem] : []);
  return [
    ...check(!isBucket && one.path === undefined, 'a repository of type posix needs a path'),
    ...check(isBucket && one.path !== undefined, 'a repository of type s3 has a prefix, not a path'),
    ...(isBucket ? (['endpoint', 'bucket'] as const) : [])
      .filter((key) => one[key] === undefined)
      .map((key) => `a repository of type s3 needs ${key}`),
    ...(isBucket ? [] : BUCKET_ONLY)
      .filter((key) => one[key] !== undefined)
      .map((key) => `${key} is of type s3 only`),
    ...(isBucket ? (['accessKey', 'secretKey'] as const) : [])
      .filter((secret) => count(secret) === 0)
      .map((secret) => `a repository of type s3 needs ${secret}File or ${secret}Variable`),
    ...SECRETS.filter((secret) => count(secret) === 2).map(
      (secret) => `${secret}File and ${secret}Variable are both given`,
    ),
    ...check(
      isEncrypted && count('passphrase') === 0,
      'without passphraseFile or passphraseVariable it would not be encrypted; if that is meant, say `encryption: none` and `unencryptedBecause`',
    ),
    ...check(!isEncrypted && count('passphrase') > 0, 'encryption is none, but there is a passphrase'),
    ...check(
      !isEncrypted && one.unencryptedBecause === undefined,
      'encryption: none needs unencryptedBecause',
    ),
  ];
}
