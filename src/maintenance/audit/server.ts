import { finding, type Finding } from '../findings.ts';
import { writeName } from '../../postgres/names.ts';
import type { Extension, HbaRule, ServerSettings } from './server-probe.ts';

const ANYWHERE = ['0.0.0.0', '::', 'all'];
const LOOPBACK = /^(127\.|::1|localhost|samehost)/;

/** Pure. A line that nobody can use (`reject`) is never a finding. */
export function judgeHba({ line, type, users, address, method, error }: HbaRule): readonly Finding[] {
  const subject = `pg_hba.conf line ${line}`;
  if (error !== null)
    return [finding('WARNING', subject, `it cannot be read: ${error}`, { suggestedAction: 'Correct it.' })];
  if (method === 'reject') return [];
  const isOutside = address !== null && !LOOPBACK.test(address);
  const who = `${users ?? 'all'} from ${address ?? 'the machine'}`;
  const findings: Finding[] = [];
  if (method === 'trust')
    findings.push(
      finding(isOutside ? 'CRITICAL' : 'WARNING', subject, `${who}: no password is asked for`, {
        suggestedAction: 'Ask for scram-sha-256, or for peer on a socket.',
      }),
    );
  if (method === 'password' || method === 'md5')
    findings.push(
      finding(
        isOutside ? 'WARNING' : 'INFO',
        subject,
        `${who}: ${method} gives the password or its hash away`,
        {
          suggestedAction: 'Ask for scram-sha-256.',
        },
      ),
    );
  if (isOutside && ANYWHERE.includes(address))
    findings.push(
      finding('WARNING', subject, `${users ?? 'all'} may come from any address`, {
        suggestedAction: 'Name the networks of the application.',
      }),
    );
  if (isOutside && type === 'host')
    findings.push(
      finding('INFO', subject, `${who}: it may come without encryption`, { suggestedAction: 'Use hostssl.' }),
    );
  return findings;
}

/** Null rules or roles: they could not be read. Pure. */
export function judgeSecrets(
  settings: ServerSettings,
  read: { readonly rules: readonly HbaRule[] | null; readonly md5Roles: readonly string[] | null },
): readonly Finding[] {
  const { user, passwordEncryption, isEncrypted, listenAddresses } = settings;
  const findings: Finding[] = [];
  if (passwordEncryption !== 'scram-sha-256')
    findings.push(
      finding('WARNING', 'password_encryption', `new passwords are kept as ${passwordEncryption}`, {
        suggestedAction: 'Keep them as SCRAM, and have them set again.',
        statement: "ALTER SYSTEM SET password_encryption = 'scram-sha-256';",
      }),
    );
  const isLocal = listenAddresses.split(',').every((one) => one.trim() === '' || LOOPBACK.test(one.trim()));
  if (!isEncrypted && !isLocal)
    findings.push(
      finding('WARNING', 'ssl', `the server listens on ${listenAddresses} without encryption`, {
        suggestedAction: 'Give it a certificate, and switch ssl on.',
        statement: 'ALTER SYSTEM SET ssl = on;',
      }),
    );
  for (const name of read.md5Roles ?? [])
    findings.push(
      finding('WARNING', name, 'its password is kept as MD5, which can be used as it is', {
        suggestedAction: 'Set its password again: \\password in psql.',
      }),
    );
  if (read.md5Roles === null)
    findings.push(
      finding('UNKNOWN', 'password hashes', `${user} may not see how passwords are kept`, {
        suggestedAction: 'Let it read them: it asks for no more than their kind, but could read the hashes.',
        statement: `GRANT SELECT (rolname, rolcanlogin, rolpassword) ON pg_authid TO ${writeName(user)};`,
      }),
    );
  if (read.rules === null)
    findings.push(
      finding('UNKNOWN', 'pg_hba.conf', `${user} may not read who is let in`, {
        suggestedAction: 'Let it read the rules.',
        statement: `GRANT SELECT ON pg_hba_file_rules TO ${writeName(user)}; GRANT EXECUTE ON FUNCTION pg_hba_file_rules() TO ${writeName(user)};`,
      }),
    );
  return findings;
}

/** Extensions and languages with which SQL leaves the database. */
const FAR_REACHING = ['adminpack', 'dblink', 'file_fdw', 'plperlu', 'plpython3u', 'pltclu', 'postgres_fdw'];

/** Pure. */
export function judgeExtension({ name, version, available }: Extension): readonly Finding[] {
  const findings: Finding[] = [];
  if (FAR_REACHING.includes(name))
    findings.push(
      finding('INFO', `extension ${name}`, 'with it SQL reaches files, programs or other servers', {
        suggestedAction: 'Drop it when nobody uses it.',
        statement: `DROP EXTENSION ${writeName(name)};`,
      }),
    );
  if (available === null)
    findings.push(
      finding('WARNING', `extension ${name}`, 'its files are not installed any more', {
        suggestedAction: 'Install its package.',
      }),
    );
  else if (available !== version)
    findings.push(
      finding('INFO', `extension ${name}`, `it is ${version}, and ${available} is installed`, {
        suggestedAction: 'Update it with a migration.',
        statement: `ALTER EXTENSION ${writeName(name)} UPDATE;`,
      }),
    );
  return findings;
}
