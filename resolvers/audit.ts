import type { GraphQLFieldResolver, GraphQLSchema } from 'graphql';
import { SundayError } from '../src/errors.ts';
import type { Context, RequestInput } from '../schema/context.ts';

/**
 * Sees to it that every mutation leaves one line in the audit log, and none leaves two:
 *
 * | mutation                                   | written by                                              |
 * |--------------------------------------------|---------------------------------------------------------|
 * | gave an operation                          | the operations engine, in the transaction that starts it |
 * | succeeded, field has `auditedBy: 'SERVICE'` | the service, in the transaction of the change           |
 * | refused, failed, or a dry run              | here, after the fact, in a transaction of its own        |
 */
export function auditMutations(schema: GraphQLSchema): GraphQLSchema {
  for (const [name, field] of Object.entries(schema.getMutationType()?.getFields() ?? {})) {
    const { resolve } = field;
    if (resolve === undefined) throw new TypeError(`mutation ${name} has no resolver`);
    field.resolve = audited(name, field.extensions['auditedBy'] === 'SERVICE', resolve);
  }
  return schema;
}

function audited(
  name: string,
  isServiceAudited: boolean,
  resolve: GraphQLFieldResolver<unknown, Context>,
): GraphQLFieldResolver<unknown, Context> {
  return async (root, args: { readonly input?: RequestInput }, arrived, info) => {
    const context = withAction(arrived, name);
    const write = (outcome: string) => record(name, args.input ?? {}, outcome, context);
    const result: unknown = await Promise.resolve(resolve(root, args, context, info)).catch(
      async (error: unknown) => {
        await write(codeOf(error)).catch(() => {}); // the error itself matters more than its line
        throw error;
      },
    );
    if (result instanceof Error || isTypedError(result)) await write(codeOf(result));
    else if (!isServiceAudited && !hasOperation(result)) await write('ACCEPTED');
    return result;
  };
}

/** The same context, whose requests say which mutation they belong to. */
function withAction(context: Context, action: string): Context {
  return {
    ...context,
    requester: (input) => ({ ...context.requester(input), action }),
    request: (input) => ({ ...context.request(input), action }),
  };
}

function record(action: string, input: RequestInput, outcome: string, context: Context): Promise<void> {
  // What was refused may have been refused for its length or characters: keep what fits.
  const requester = context.requester({
    reason: clip(input.reason, 500),
    onBehalfOf: clip(input.onBehalfOf, 200),
  });
  const target = targetOf(input as Readonly<Record<string, unknown>>);
  return context.services.access.recordAlone({
    requester,
    action,
    target,
    input,
    outcome,
    operationId: null,
  });
}

/** The errors plugin answers a typed error as a proxy that hides its class, so look at what it carries. */
function isTypedError(result: unknown): result is SundayError {
  return typeof result === 'object' && result !== null && 'code' in result && 'retryable' in result;
}

function codeOf(error: unknown): string {
  return error instanceof SundayError || isTypedError(error) ? error.code : 'INTERNAL';
}

function hasOperation(result: unknown): boolean {
  return typeof result === 'object' && result !== null && 'operation' in result && result.operation !== null;
}

function clip(text: string | null | undefined, longest: number): string | null {
  return text?.replaceAll('\0', '\ufffd').slice(0, longest) ?? null;
}

/** What people call the thing: the names in the input, from the outside in. */
function targetOf(input: Readonly<Record<string, unknown>>): string | null {
  const names = ['cluster', 'label', 'id', 'name'].map((key) => input[key]);
  const known = names.filter((one): one is string => typeof one === 'string').map((one) => clip(one, 200));
  return known.length === 0 ? null : known.join('/');
}
