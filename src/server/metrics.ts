import { getOperationAST, Kind } from 'graphql';
import { collectDefaultMetrics, Gauge, Histogram, Registry } from 'prom-client';
import { OPERATION_STATES } from '../operations/operations.ts';
import type { Services } from '../services.ts';
import type { Execution } from './execution.ts';
import { createFleetMetrics } from './fleet-metrics.ts';
import { createPlatformMetrics } from './platform-metrics.ts';

const SECONDS = [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30];

export interface Metrics {
  readonly contentType: string;
  render(): Promise<string>;
  observeRequest(route: string, status: number, seconds: number): void;
  /** Begins the clock of one GraphQL operation; the function that it gives stops it. */
  startOperation(execution: Execution): () => void;
  readonly sockets: Pick<Gauge, 'inc' | 'dec'>;
}

/** Labels hold only what we chose ourselves: a client that made them up could fill the memory with them. */
export function createMetrics(services: Services): Metrics {
  const registry = new Registry();
  const registers = [registry];
  collectDefaultMetrics({ register: registry });
  const requests = new Histogram({
    name: 'sunday_http_request_duration_seconds',
    help: 'Time until a response began, by route and status.',
    labelNames: ['route', 'status'],
    buckets: SECONDS,
    registers,
  });
  const operations = new Histogram({
    name: 'sunday_graphql_operation_duration_seconds',
    help: 'Time of GraphQL operations by type and first field; of subscriptions the time until they began.',
    labelNames: ['type', 'field'],
    buckets: SECONDS,
    registers,
  });
  const sockets = new Gauge({ name: 'sunday_websockets', help: 'Open websockets.', registers });
  new Gauge({
    name: 'sunday_operations',
    help: 'Operations by state.',
    labelNames: ['state'],
    registers,
    async collect() {
      for (const state of OPERATION_STATES) {
        this.set({ state }, await services.operations.count({ states: [state] }));
      }
    },
  });
  const fleet = createFleetMetrics(services.health, registry);
  const platform = createPlatformMetrics(services.platform, registry);
  return {
    contentType: registry.contentType,
    async render() {
      await Promise.all([fleet.refresh(), platform.refresh()]);
      return registry.metrics();
    },
    observeRequest: (route, status, seconds) => requests.observe({ route, status }, seconds),
    startOperation: (execution) => operations.startTimer(labelsOf(execution)),
    sockets,
  };
}

function labelsOf({ schema, document, operationName }: Execution): { type: string; field: string } {
  const operation = getOperationAST(document, operationName);
  if (!operation) return { type: 'none', field: 'none' };
  const first =
    operation.selectionSet.selections.find((one) => one.kind === Kind.FIELD)?.name.value ?? 'fragment';
  const isKnown =
    first.startsWith('__') || schema.getRootType(operation.operation)?.getFields()[first] !== undefined;
  return { type: operation.operation, field: isKnown ? first : 'unknown' };
}
