import type { Queryable } from '../../postgres/pool.ts';
import { type Found, merge } from '../findings.ts';
import { judgeGrant, judgeRole, judgeRowSecurity } from './access.ts';
import { countRoles, listPowerfulRoles, listPublicGrants, listRowSecurity } from './access-probe.ts';
import { judgeExtension, judgeHba, judgeSecrets } from './server.ts';
import { listExtensions, listHbaRules, listMd5Roles, readSettings } from './server-probe.ts';

/** Who may do what on a server, and what stands open. It only looks. */
export async function auditSecurity(db: Queryable): Promise<Found> {
  return merge([await auditAccess(db), await auditServer(db)]);
}

async function auditAccess(db: Queryable): Promise<Found> {
  const [roles, count] = [await listPowerfulRoles(db), await countRoles(db)];
  const grants = await listPublicGrants(db);
  const schemas = await listRowSecurity(db);
  const tables = schemas.reduce((sum, one) => sum + one.tables, 0);
  return {
    findings: [
      ...roles.flatMap(judgeRole),
      ...grants.flatMap(judgeGrant),
      ...schemas.flatMap(judgeRowSecurity),
    ],
    lookedAt: [
      `${count} role(s), ${roles.length} of them with more than grants`,
      `${grants.length} grant(s) to everybody`,
      `row-level security of ${tables} table(s) in ${schemas.length} schema(s)`,
    ],
  };
}

async function auditServer(db: Queryable): Promise<Found> {
  const settings = await readSettings(db);
  const rules = await listHbaRules(db);
  const md5Roles = await listMd5Roles(db);
  const extensions = await listExtensions(db);
  return {
    findings: [
      ...judgeSecrets(settings, { rules, md5Roles }),
      ...(rules ?? []).flatMap(judgeHba),
      ...extensions.flatMap(judgeExtension),
    ],
    lookedAt: [
      'password_encryption, ssl and listen_addresses',
      md5Roles === null ? 'password hashes, which could not be read' : 'how passwords of roles are kept',
      rules === null ? 'pg_hba.conf, which could not be read' : `${rules.length} line(s) of pg_hba.conf`,
      `${extensions.length} extension(s)`,
    ],
  };
}
