import { InvalidInputError } from '../errors.ts';
import type { Database } from '../postgres/pool.ts';
import {
  type Access,
  ForbiddenError,
  type NewToken,
  type Session,
  TokenNotFoundError,
  UnauthenticatedError,
} from './access.ts';
import { toAuditInput } from './audit-input.ts';
import { isAccepted, keepTokenFile } from './bootstrap.ts';
import { type Principal, type Requester, SCOPES, SCOPES_OF } from './principals.ts';
import { createSessionCache } from './session-cache.ts';
import * as store from './store.ts';
import { generateSecret, hashSecret, isWellFormed } from './tokens.ts';

const BOOTSTRAP_NAME = 'bootstrap';
/** Stands in the audit log for what the server does by itself. */
const SYSTEM: Principal = { id: 'system', name: 'system', role: 'ADMIN', scopes: SCOPES };

/** Tokens and the audit log, kept in the control database. */
export function createAccess(db: Database): Access {
  const sessions = createSessionCache();

  const authenticate = async (secret: string | null): Promise<Session> => {
    if (secret === null || !isWellFormed(secret)) throw new UnauthenticatedError();
    const hash = hashSecret(secret);
    const session = await sessions.get(hash.toString('hex'), () => findSession(db, hash));
    // The cache may hold it a little longer than it lives.
    if (session.expiresAt !== null && session.expiresAt.getTime() <= Date.now())
      throw new UnauthenticatedError();
    return session;
  };

  const createToken = async (token: NewToken, requester: Requester) => {
    checkNewToken(token, requester.principal);
    const secret = generateSecret();
    const isOwn = requester.principal === SYSTEM;
    const made = await db.transaction(async (tx) => {
      if (isOwn) await store.revokeOwnTokens(tx, token.name);
      const by = isOwn ? null : requester.principal.name;
      const row = await store.insertToken(tx, token, { hash: hashSecret(secret), by });
      await record(tx, accepted(requester, 'createToken', token.name, token));
      return row;
    });
    return { token: made, secret };
  };

  return {
    authenticate,
    createToken,
    revokeToken: (id, requester) =>
      db.transaction(async (tx) => {
        const token = await store.revokeToken(tx, id);
        if (token === null) throw new TokenNotFoundError(id);
        await record(tx, accepted(requester, 'revokeToken', token.name, { id }));
        return token;
      }),
    listTokens: (limit) => store.listTokens(db, limit),
    ensureBootstrapToken: (file) =>
      keepTokenFile(
        file,
        (secret) => isAccepted(authenticate(secret)),
        async () => (await createToken(BOOTSTRAP_TOKEN, SYSTEM_REQUEST)).secret,
      ),
    record,
    recordAlone: (entry) => record(db, entry),
    listAudit: (filter, page) => store.listAudit(db, filter, page),
    countAudit: (filter) => store.countAudit(db, filter),
  };
}

const BOOTSTRAP_TOKEN: NewToken = { name: BOOTSTRAP_NAME, role: 'ADMIN', scopes: null, expiresAt: null };
const SYSTEM_REQUEST: Requester = {
  principal: SYSTEM,
  onBehalfOf: null,
  reason: 'first token of the embedded fleet',
  action: 'createToken',
  requestId: 'boot',
};

const record: Access['record'] = (tx, entry) => store.insertAudit(tx, entry, toAuditInput(entry.input));

function accepted(requester: Requester, action: string, target: string, input: unknown) {
  return { requester, action, target, input, outcome: 'ACCEPTED', operationId: null };
}

async function findSession(db: Database, hash: Buffer): Promise<Session> {
  const token = await store.findValidToken(db, hash);
  if (token === null) throw new UnauthenticatedError();
  const { id, name, role, scopes, expiresAt } = token;
  return { principal: { id, name, role, scopes }, expiresAt };
}

/** Nobody gives away more than they have. */
function checkNewToken(token: NewToken, maker: Principal): void {
  const scopes = token.scopes ?? SCOPES_OF[token.role];
  const outside = scopes.find((one) => !SCOPES_OF[token.role].includes(one));
  if (outside !== undefined) {
    throw new InvalidInputError(['input', 'scopes'], `the role ${token.role} does not have ${outside}`);
  }
  const missing = scopes.find((one) => !maker.scopes.includes(one));
  if (missing !== undefined) throw new ForbiddenError(`giving away ${missing}`, missing);
  if (token.expiresAt !== null && token.expiresAt.getTime() <= Date.now()) {
    throw new InvalidInputError(['input', 'expiresAt'], 'this is in the past');
  }
}
