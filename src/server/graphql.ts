import { renderGraphiQL } from '@graphql-yoga/render-graphiql';
import type { DocumentNode } from 'graphql';
import { createYoga, type Plugin, type YogaServerInstance } from 'graphql-yoga';
import type { Arrival } from './context.ts';
import { parseDocument } from './document.ts';
import type { Execute, Execution, Guard } from './execution.ts';
import { graphiql } from './graphiql.ts';
import type { Settings } from './options.ts';
import { toPublicError } from './public-errors.ts';

export type GraphqlServer = YogaServerInstance<object, object>;

/** What yoga hands to the functions that it lets us replace: our arrival is in its context. */
interface YogaExecution extends Omit<Execution, 'contextValue'> {
  readonly contextValue: Arrival;
}

/** GraphQL over HTTP and SSE, and the parse, validate and execute functions that websockets use, too. */
export function createGraphqlServer(settings: Settings, guard: Guard): GraphqlServer {
  return createYoga<object, object>({
    schema: settings.schema,
    graphqlEndpoint: '/graphql',
    graphiql: settings.environment.isProduction ? false : graphiql,
    renderGraphiQL, // brings its scripts along: yoga's own page fetches them from the internet
    landingPage: false,
    maskedErrors: false, // `toPublicError` does it, because it knows the request id
    logging: false,
    multipart: false,
    cors: false,
    batching: false,
    maxRequestBodySize: settings.limits.bodyBytes,
    plugins: [guardExecution(guard), maskErrors(settings)],
  });
}

function guardExecution(guard: Guard): Plugin {
  const guarded = (execute: Execute) => (execution: YogaExecution) =>
    guard(execute)(execution as unknown as Execution, execution.contextValue);
  return {
    onParse({ setParseFn }) {
      setParseFn((source: string): DocumentNode => parseDocument(source));
    },
    onExecute({ executeFn, setExecuteFn }) {
      setExecuteFn(guarded(executeFn as Execute) as typeof executeFn);
    },
    onSubscribe({ subscribeFn, setSubscribeFn }) {
      setSubscribeFn(guarded(subscribeFn as Execute) as typeof subscribeFn);
    },
  };
}

/** For what fails before or outside of an execution: bodies, documents, methods. */
function maskErrors({ log }: Settings): Plugin<object, Arrival> {
  return {
    onResultProcess({ result, setResult, serverContext: { requestId } }) {
      if (Array.isArray(result) || Symbol.asyncIterator in result || result.errors === undefined) return;
      const errors = result.errors.map((error) => toPublicError(error, { requestId, log }));
      setResult({ ...result, errors, extensions: { ...result.extensions, requestId } });
    },
  };
}
