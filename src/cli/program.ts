import { Command, Option } from 'commander';
import { addAlerts } from './alerts/alerts.ts';
import { addBackups } from './backups/backups.ts';
import { addClusters } from './clusters.ts';
import { withExamples, type CommandContext } from './command.ts';
import { addDemo } from './demo.ts';
import { addDrills } from './drills/drills.ts';
import { addHealth } from './health/health.ts';
import { addMaintenance } from './maintenance/maintenance.ts';
import { addMigrations } from './migrations/migrations.ts';
import { addLocks } from './sessions/locks.ts';
import { addMoves } from './shards/moves.ts';
import { addOrganizations } from './shards/organizations.ts';
import { addOperations } from './operations.ts';
import { addRecoveries } from './recoveries/recoveries.ts';
import { addPerformance } from './performance/performance.ts';
import { addReplication } from './replication.ts';
import { addRepositories } from './repositories.ts';
import { addPartitions } from './partitions/partitions.ts';
import { addPlatform } from './platform/platform.ts';
import { addSchedules } from './schedules/schedules.ts';
import { addShards } from './shards/shards.ts';
import { addSessions } from './sessions/sessions.ts';
import { addStatus } from './status.ts';
import { addUsers } from './shards/users.ts';

const ENVIRONMENT = `
Environment:
  SUNDAY_URL, SUNDAY_TOKEN  the API and the token, where flags don't say
  SUNDAY_HOME               directory of the embedded fleet, where both are found otherwise
  NO_COLOR                  no colours

Exit codes: 0 done, 2 wrong input, 3 not found, 4 not allowed, 5 conflict, 6 something is not available,
  7 the work failed, 8 cancelled, 130 interrupted, 1 a bug`;

/** All commands. It ends by throwing: the caller turns that into an exit code. */
export function createProgram(context: CommandContext): Command {
  const { terminal } = context;
  const program = new Command('sunday')
    .description('Operates a fleet of PostgreSQL clusters through the API of Sunday Control Plane.')
    .option('--json', 'print one JSON document, for scripts; errors too')
    .option('--url <url>', 'the API, e.g. http://127.0.0.1:4000/graphql')
    .option('--token-file <file>', 'file that holds the token')
    .addOption(new Option('--token <token>').hideHelp())
    .exitOverride()
    .configureHelp({
      sortSubcommands: false,
      showGlobalOptions: true,
      helpWidth: terminal.output.columns || 100,
    })
    .configureOutput({
      writeOut: (text) => void terminal.output.write(text),
      writeErr: (text) => void terminal.notes.write(text),
      outputError: () => {}, // said once, in our words, by reportFailure
    })
    .helpCommand(false)
    .showSuggestionAfterError();
  withExamples(
    program,
    'sunday status',
    'sunday backups start --cluster main --type full',
    'sunday backups restore latest --destination /srv/restored',
  );
  program.addHelpText('after', ENVIRONMENT);
  for (const add of [
    addStatus,
    addClusters,
    addMigrations,
    addBackups,
    addRecoveries,
    addDrills,
    addRepositories,
    addOperations,
    addSchedules,
    addShards,
    addOrganizations,
    addUsers,
    addPartitions,
    addHealth,
    addPlatform,
    addAlerts,
    addPerformance,
    addSessions,
    addLocks,
    addReplication,
    addMaintenance,
    addMoves,
    addDemo,
  ]) {
    add(program, context);
  }
  return program;
}
