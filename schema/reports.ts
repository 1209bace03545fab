import { toDocument } from '../src/reports/document.ts';
import { toHtml } from '../src/reports/html.ts';
import {
  type BackupReport,
  type Objective,
  OBJECTIVE_STATES,
  type ObjectiveState,
} from '../src/reports/reports.ts';
import { builder } from './builder.ts';

const STATES: Record<ObjectiveState, string> = {
  MET: 'It was kept all the time.',
  MISSED: 'It was not kept: `reason` says when or by what.',
  UNKNOWN: 'It was not measured, or not all the time.',
};

const ObjectiveStateRef = builder.enumType('BackupObjectiveState', {
  description: 'Whether a promise was kept.',
  values: Object.fromEntries(
    OBJECTIVE_STATES.map((state) => [state, { value: state, description: STATES[state] }]),
  ) as Record<ObjectiveState, { value: ObjectiveState; description: string }>,
});

const ObjectiveRef = builder.objectRef<Objective>('BackupObjective').implement({
  description: 'Something that was promised, and whether it was kept.',
  fields: (t) => ({
    name: t.exposeString('name', {
      description:
        '`data loss`, `restore time`, `backup frequency`, `verification` or `drills`; new ones may be added.',
    }),
    state: t.expose('state', { type: ObjectiveStateRef, description: 'Whether it was kept.' }),
    target: t.exposeString('target', { description: 'What was promised, for people.' }),
    found: t.exposeString('found', { description: 'What was measured, for people.' }),
    reason: t.exposeString('reason', {
      nullable: true,
      description: 'Why it was missed or can not be told; null when there is nothing to say.',
    }),
  }),
});

export const BackupReportRef = builder.objectRef<BackupReport>('BackupReport').implement({
  description: "What a cluster's backups were worth in a period, for auditors.",
  fields: (t) => ({
    from: t.expose('from', { type: 'DateTime', description: 'Begin of the period.' }),
    to: t.expose('to', { type: 'DateTime', description: 'End of the period; not in it.' }),
    generatedAt: t.expose('generatedAt', { type: 'DateTime', description: 'When the report was made.' }),
    objectives: t.field({
      type: [ObjectiveRef],
      description: 'What was promised, and whether it was kept.',
      resolve: ({ objectives }) => objectives,
    }),
    document: t.field({
      type: 'JSON',
      description:
        'All of it: objectives, backups (with verification, hold and retention), verifications, drills, proofs of restores, failures, retention and holds. Times are ISO 8601, sizes are bytes as text.',
      resolve: (report) => toDocument(report),
    }),
    html: t.string({
      description:
        'The same as a page that stands for itself, with a time line; it loads nothing and runs nothing.',
      resolve: (report) => toHtml(report),
    }),
  }),
});
