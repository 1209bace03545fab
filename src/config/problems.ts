import { existsSync } from 'node:fs';
import { PLATFORM, type ServiceSettings, withOwnServices } from './platform-settings.ts';
import { listDifferingRepositories, type RepositoryConfig } from './repository-settings.ts';

interface Secret {
  readonly passwordFile?: string | undefined;
}

/** What of a `sunday.yaml` can be wrong although each setting by itself is right. */
interface Settings extends ServiceSettings {
  readonly control: Secret;
  readonly clusters: readonly {
    readonly name: string;
    readonly instances: readonly { readonly name: string }[];
    readonly mover?: Secret | undefined;
    readonly pooler?: Secret | undefined;
    readonly operator: Secret;
    readonly monitor: Secret;
    readonly stanza?:
      | { readonly configFile: string; readonly repositories?: readonly RepositoryConfig[] | undefined }
      | undefined;
  }[];
}

/** Each with its path in the file; empty when all is well. */
export function listProblems(settings: Settings): readonly string[] {
  return [
    ...duplicateNames(settings),
    ...missingFiles(settings),
    ...listDifferingRepositories(settings.clusters),
  ];
}

function duplicateNames({ clusters, ...settings }: Settings): string[] {
  const seenTwice = (names: readonly string[]) => [
    ...new Set(names.filter((one, index) => names.indexOf(one) !== index)),
  ];
  return [
    ...seenTwice(clusters.map((one) => one.name)).map((one) => `clusters: two are named ${one}`),
    ...seenTwice(listServices(withOwnServices(settings)).map(([, { name }]) => name)).map(
      (one) => `platform: two services are named ${one}`,
    ),
    ...clusters.flatMap(({ name }, index) =>
      name === PLATFORM
        ? [`clusters[${index}].name: ${PLATFORM} stands for the services beside the clusters`]
        : [],
    ),
    ...clusters.flatMap((one, index) =>
      seenTwice(one.instances.map((instance) => instance.name)).map(
        (instance) => `clusters[${index}].instances: two are named ${instance}`,
      ),
    ),
  ];
}

/** Each service with its path in the file. */
function listServices(platform: ServiceSettings['platform']) {
  return Object.entries(platform).flatMap(([kind, services]) =>
    services.map((one, index) => [`platform.${kind}[${index}]`, one] as const),
  );
}

/** Settings that name a file, each with its path. */
function filesOf(path: string, settings: Readonly<Record<string, string | undefined>>) {
  return Object.entries(settings)
    .filter(([key]) => key.endsWith('File'))
    .map(([key, file]) => [`${path}.${key}`, file] as const);
}

function missingFiles({ control, redis, clusters, platform, health }: Settings): string[] {
  const files: readonly (readonly [string, string | undefined])[] = [
    ['control.passwordFile', control.passwordFile],
    ['redis.passwordFile', redis?.passwordFile],
    ...listServices(platform).flatMap(([path, one]) => filesOf(path, one)),
    ...filesOf('health.history.clickhouse', health.history.clickhouse ?? {}),
    ...clusters.flatMap((one, index) => [
      [`clusters[${index}].mover.passwordFile`, one.mover?.passwordFile] as const,
      [`clusters[${index}].pooler.passwordFile`, one.pooler?.passwordFile] as const,
      [`clusters[${index}].operator.passwordFile`, one.operator.passwordFile] as const,
      [`clusters[${index}].monitor.passwordFile`, one.monitor.passwordFile] as const,
      [`clusters[${index}].stanza.configFile`, one.stanza?.configFile] as const,
      ...(one.stanza?.repositories ?? []).flatMap((repository, n) =>
        (['passphraseFile', 'accessKeyFile', 'secretKeyFile', 'caFile'] as const).map(
          (key) => [`clusters[${index}].stanza.repositories[${n}].${key}`, repository[key]] as const,
        ),
      ),
    ]),
  ];
  return files.flatMap(([path, file]) =>
    file !== undefined && !existsSync(file) ? [`${path}: ${file} does not exist`] : [],
  );
}

/** `clusters[0].name` */
export function toPath(path: readonly PropertyKey[]): string {
  return path.reduce<string>(
    (text, part) =>
      typeof part === 'number' ? `${text}[${part}]` : text === '' ? String(part) : `${text}.${String(part)}`,
    '',
  );
}
