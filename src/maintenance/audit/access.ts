import { writeName } from '../../postgres/names.ts';
import { finding, type Finding } from '../findings.ts';
import type { PowerfulRole, PublicGrant, RowSecurity } from './access-probe.ts';

/** Pure. The role that initdb made is no finding: there has to be one. */
export function judgeRole(role: PowerfulRole): readonly Finding[] {
  const { name, isSuperuser, canLogIn, isBootstrap, bypassesRowSecurity, serverRoles } = role;
  const findings: Finding[] = [];
  if (isSuperuser && !isBootstrap)
    findings.push(
      finding(canLogIn ? 'WARNING' : 'INFO', name, 'it is a superuser: nothing is kept from it', {
        suggestedAction: 'Give it the predefined roles that it needs instead.',
        statement: `ALTER ROLE ${writeName(name)} NOSUPERUSER;`,
      }),
    );
  if (bypassesRowSecurity && !isSuperuser)
    findings.push(
      finding(canLogIn ? 'WARNING' : 'INFO', name, 'no row-level security applies to it', {
        suggestedAction: 'Take BYPASSRLS away unless it makes dumps of all tenants.',
        statement: `ALTER ROLE ${writeName(name)} NOBYPASSRLS;`,
      }),
    );
  if (serverRoles.length > 0 && !isSuperuser)
    findings.push(
      finding('WARNING', name, `as ${serverRoles.join(', ')} it reaches files or programs of the server`, {
        suggestedAction: 'Take the role away unless it loads files of the server.',
        statement: `REVOKE ${serverRoles.map((one) => writeName(one)).join(', ')} FROM ${writeName(name)};`,
      }),
    );
  return findings;
}

const WRITES = /\b(INSERT|UPDATE|DELETE|TRUNCATE|TRIGGER|REFERENCES)\b/;

/** Pure. */
export function judgeGrant({ kind, name, privileges }: PublicGrant): readonly Finding[] {
  const revoke = `REVOKE ${privileges} ON ${kind.toUpperCase()} ${kind === 'function' ? name : writeName(...name.split('.'))} FROM PUBLIC;`;
  const help = { suggestedAction: 'Grant it to the roles that need it instead.', statement: revoke };
  if (kind === 'schema')
    return privileges.includes('CREATE')
      ? [finding('WARNING', name, 'everybody may create objects in it, and so catch calls of others', help)]
      : [];
  if (kind === 'database')
    return [finding('INFO', name, `every role may ${privileges.toLowerCase()} in it or to it`, help)];
  if (kind === 'function')
    return [finding('WARNING', name, 'everybody may run it, and it runs with the rights of its owner', help)];
  return [
    finding(
      WRITES.test(privileges) ? 'CRITICAL' : 'WARNING',
      name,
      `every role has ${privileges} on it`,
      help,
    ),
  ];
}

/** Pure. */
export function judgeRowSecurity(one: RowSecurity): readonly Finding[] {
  const { schema, tables, protectedTables, switchedOff, bare, unforced } = one;
  const enable = (name: string) => `ALTER TABLE ${writeName(schema, name)} ENABLE ROW LEVEL SECURITY;`;
  const findings = switchedOff.map((name) =>
    finding('CRITICAL', `${schema}.${name}`, 'it has policies, and row-level security is switched off', {
      ...{ suggestedAction: 'Switch it on with a migration.', statement: enable(name) },
    }),
  );
  const covered = `${protectedTables} of ${tables} table(s) have row-level security`;
  if (protectedTables > 0 && bare.length > 0)
    findings.push(
      finding('WARNING', `schema ${schema}`, `${covered}; without it: ${bare.join(', ')}`, {
        suggestedAction: 'Give those that hold rows of tenants a policy.',
      }),
    );
  if (protectedTables === 0 && tables > 0)
    findings.push(
      finding('INFO', `schema ${schema}`, `${covered}: the application alone keeps tenants apart`, {
        suggestedAction: 'Give tables with rows of tenants a policy.',
      }),
    );
  if (unforced.length > 0)
    findings.push(
      finding('INFO', `schema ${schema}`, `policies do not hold for the owner of ${unforced.join(', ')}`, {
        suggestedAction: 'FORCE ROW LEVEL SECURITY where the application connects as the owner.',
      }),
    );
  return findings;
}
