import { isServerError } from '../../postgres/errors.ts';
import type { Queryable } from '../../postgres/pool.ts';
import { sql } from '../../postgres/sql.ts';

/** One line of pg_hba.conf. */
export interface HbaRule {
  readonly line: number;
  readonly type: string | null;
  readonly users: string | null;
  /** Null: a socket of the machine. */
  readonly address: string | null;
  readonly method: string | null;
  /** The line cannot be read. */
  readonly error: string | null;
}

export interface Extension {
  readonly name: string;
  readonly version: string;
  /** Of the files that are installed; null when there are none any more. */
  readonly available: string | null;
}

export interface ServerSettings {
  readonly user: string;
  readonly passwordEncryption: string;
  readonly isEncrypted: boolean;
  readonly listenAddresses: string;
}

/** Null: our role may not read it. */
export async function listHbaRules(db: Queryable): Promise<readonly HbaRule[] | null> {
  return unlessRefused(() =>
    db.rows<HbaRule>(sql`/* maintenance.listHbaRules */
      SELECT line_number AS line, type, array_to_string(user_name, ', ') AS users, address, auth_method AS method, error
      FROM pg_hba_file_rules ORDER BY line_number LIMIT 1000
    `),
  );
}

/** Roles whose passwords are kept as MD5. The hashes themselves never leave the server. Null: we may not read them. */
export async function listMd5Roles(db: Queryable): Promise<readonly string[] | null> {
  const rows = await unlessRefused(() =>
    db.rows<{ name: string }>(sql`/* maintenance.listMd5Roles */
      SELECT rolname AS name FROM pg_authid
      WHERE rolcanlogin AND rolpassword IS NOT NULL AND rolpassword NOT LIKE 'SCRAM-SHA-256$%'
      ORDER BY 1 LIMIT 1000
    `),
  );
  return rows?.map(({ name }) => name) ?? null;
}

export function listExtensions(db: Queryable): Promise<readonly Extension[]> {
  return db.rows<Extension>(sql`/* maintenance.listExtensions */
    SELECT extname AS name, extversion AS version, default_version AS available
    FROM pg_extension LEFT JOIN pg_available_extensions ON name = extname
    ORDER BY 1
  `);
}

export async function readSettings(db: Queryable): Promise<ServerSettings> {
  const [row] = await db.rows<ServerSettings>(sql`/* maintenance.readSettings */
    SELECT current_user::text AS user, current_setting('password_encryption') AS "passwordEncryption"
      , current_setting('ssl')::bool AS "isEncrypted", current_setting('listen_addresses') AS "listenAddresses"
  `);
  return row ?? { user: '', passwordEncryption: '', isEncrypted: false, listenAddresses: '' };
}

async function unlessRefused<T>(read: () => Promise<T>): Promise<T | null> {
  try {
    return await read();
  } catch (error) {
    if (isServerError(error, '42501')) return null;
    throw error;
  }
}
