// Makes a cluster worse step by step, does what its alerts say, and watches it recover. Runs where only it sees its
// file system, a small one in memory, so that a disk can really be filled. Says what happened, one line for each step.
// With `--show` each line has what people see on their terminal, too: docs/tour-alerts.md is made of it.
import { statfsSync } from 'node:fs';
import { prepareProductDatabase } from '../../../src/fleet/embedded/store.ts';
import { stopServer } from '../../../src/postgres/server.ts';
import { runCli } from '../../cli/run-cli.ts';
import { createControlPlane } from '../../support/control-plane.ts';
import { openOnFleet } from '../../support/fleet.ts';
import { startOwnFleet } from '../../support/own-fleet.ts';
import { listen } from './guide.ts';
import { openShop } from './shop.ts';

const [disk = ''] = process.argv.slice(2);
const isShown = process.argv.includes('--show');
const FULL_SHARE = 0.9;
const CLIENTS = 90;

/** What is in force besides the product's own limits: faster answers, and less load than it takes to hurt. */
const RULES = [
  { name: 'query_p95', threshold: 5, recoveryThreshold: 4 },
  { name: 'longest_lock_wait' },
  { name: 'instance_up' },
  { name: 'disk_used' },
  { name: 'connections', threshold: 30, recoveryThreshold: 20 },
];

async function main(): Promise<void> {
  await using fleet = await startOwnFleet();
  await using plane = await createControlPlane(fleet);
  const admin = openOnFleet(fleet, 'superuser', 'main-1', plane.productDatabase);
  await prepareProductDatabase(admin).finally(() => admin.close());
  await plane.start();
  const env = { SUNDAY_HOME: plane.home };
  const cli = async (...args: string[]) => (isShown ? (await runCli(args, env)).stdout : '');
  for (const rule of RULES) {
    const input = { ...rule, cluster: 'main', forSeconds: 0, resolveAfterSeconds: 0 };
    await plane.graphql(
      `mutation ($input: UpsertAlertRuleInput!) { upsertAlertRule(input: $input) { __typename } }`,
      { input },
    );
  }
  await using shop = await openShop(fleet, plane);
  const guide = listen(plane);
  const standby = fleet.config.clusters[0]?.instances.find(({ name }) => name === 'main-2')?.control;
  const told: {
    readonly step: string;
    readonly id: string;
    readonly metric: string;
    readonly instance: string;
  }[] = [];

  const live = async (step: string, metric: string, instance: string, spoil: () => unknown) => {
    await spoil();
    const { alert: found, summary } = await guide.hear('FIRED', metric, instance);
    const { id } = found;
    if (step === 'blocker')
      await runCli(['alerts', 'ack', id, '--reason', 'looking', '--on-behalf-of', 'ann'], env);
    const alert = await guide.look(id);
    const shown = await cli('alerts', 'show', id);
    const [action] = alert.suggestedActions;
    const answer = action === undefined ? null : await guide.act(action);
    told.push({ step, id, metric, instance });
    console.log(JSON.stringify({ step, summary, ...alert, action, answer, shown }));
  };
  await live('missing index', 'query_p95', 'main-1', () => shop.openForBusiness());
  await live('blocker', 'longest_lock_wait', 'main-1', () => shop.forgetToCommit());
  await live('stopped standby', 'instance_up', 'main-2', () =>
    stopServer({ binaries: fleet.config.postgresBinaries, dataDirectory: standby?.dataDirectory ?? '' }),
  );
  // A slot whose standby is away keeps dead rows for as long, and no VACUUM helps: that is a trouble of its own.
  await guide.hear('RESOLVED', 'instance_up', 'main-2');
  await live('filling disk', 'disk_used', 'main-1', () => {
    const { bavail, blocks, bsize } = statfsSync(disk);
    return shop.importAndDelete((bavail - blocks * (1 - FULL_SHARE)) * bsize);
  });
  await live('connection storm', 'connections', 'main-1', () => shop.storm(CLIENTS));
  for (const { step, id, metric, instance } of told) {
    await guide.hear('RESOLVED', metric, instance);
    const { firedValue, value, state, operations } = await guide.settle(id);
    const changes = guide.heard.filter(({ alert }) => alert.id === id).map(({ change }) => change);
    const shown = await cli('alerts', 'show', id);
    console.log(JSON.stringify({ step, state, firedValue, value, operations, changes, shown }));
  }
}

await main();
