import { createInterface } from 'node:readline/promises';
import { RecordedError } from '../../errors.ts';
import { formatRecoveryPlan, type RecoveryPlan } from './text.ts';
import type { Session } from '../session.ts';

interface AgreementOptions {
  readonly plan?: string;
  readonly yes?: boolean;
}

/**
 * Id of the plan that is agreed to: the one that was named, with --yes that of now, and on a terminal the one that is
 * shown and answered with the organization's name.
 *
 * @throws {RecordedError} RECOVERY_PLAN_REQUIRED without a terminal, or CANCELLED when the answer is another one.
 */
export async function agreeTo(
  session: Session,
  { plan: named, yes }: AgreementOptions,
  fetchPlan: () => Promise<RecoveryPlan>,
): Promise<string> {
  if (named !== undefined) return named;
  const plan = await fetchPlan();
  if (yes !== true) await ask(session, plan);
  return plan.id;
}

async function ask({ terminal, isJson }: Session, plan: RecoveryPlan): Promise<void> {
  const name = plan.organizationName ?? plan.organizationId;
  if (isJson || !terminal.input.isTTY || !terminal.notes.isTTY)
    throw new RecordedError({
      code: 'RECOVERY_PLAN_REQUIRED',
      message: `putting rows of ${name} back needs a plan that somebody has looked at`,
      hint: `Look at it with --dry-run, then give --plan ${plan.id}, or --yes.`,
      retryable: false,
    });
  terminal.note(formatRecoveryPlan(plan));
  const prompt = createInterface({ input: terminal.input, output: terminal.notes });
  const leaving = new AbortController();
  prompt.on('SIGINT', () => leaving.abort());
  prompt.on('close', () => leaving.abort());
  try {
    const question = `\nType the name of the organization (${name}) to put its rows back, anything else to leave: `;
    const answer = await prompt.question(question, { signal: leaving.signal });
    if (answer.trim() === name) return;
  } catch (error) {
    if (!leaving.signal.aborted) throw error;
    terminal.note('');
  } finally {
    prompt.close();
  }
  const message = 'nothing was started';
  throw new RecordedError({ code: 'CANCELLED', message, hint: null, retryable: true });
}
