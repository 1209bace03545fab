/** What the rows of the demo talk about. All names are made up; all domains end in `.example` (RFC 2606). */

const list = (text: string): readonly string[] => text.split(',').map((one) => one.trim());

export const COMPANIES = list(
  'Northwind, Harbor, Juniper, Bluestone, Larkspur, Kestrel, Meridian, Foxglove, Cobalt, Ironbark, Sandpiper, Quarry',
);
export const TRADES = list(
  'Logistics, Studio, Labs, Foods, Health, Energy, Media, Robotics, Travel, Finance, Design',
);
export const FIRST_NAMES = list(
  `Anna, Omar, Mei, Lucas, Priya, Jonas, Sofia, Kwame, Elena, Tomas, Aisha, Noah, Ingrid, Rafael, Yuki, Marta,
  Daniel, Leila, Felix, Chloe, Arjun, Nadia, Oscar, Hana`,
);
export const LAST_NAMES = list(
  `Novak, Haddad, Tanaka, Silva, Patel, Berg, Costa, Mensah, Petrova, Horak, Khan, Weber, Lind, Moreno, Sato,
  Kowalska, Fischer, Rahimi, Keller, Dubois, Iyer, Popov, Nilsson, Kim`,
);
export const WORKSPACES = list(
  'Product, Marketing, Sales, People, Operations, Finance, Customer success, Engineering',
);
export const TAGS = list('urgent, quick-win, q1, q2, customer, internal, risk, legal, research, mobile');
export const COLORS = list('#579bfc, #00c875, #fdab3d, #e2445c, #a25ddc, #c4c4c4');
export const NOTES = list(
  `Waiting for an answer from the other side, See the notes of the last meeting, Split in two if it gets larger,
  Needs a decision before Thursday, Same as last quarter with new numbers`,
);
export const COMMENTS = [
  'Moved this forward, it depends on the approval now.',
  'Who can look at this before the end of the week?',
  'Done on my side, please check.',
  'I spoke with them: they want it two weeks earlier.',
  'The numbers look off to me. Which period is this?',
  'Attached the latest draft, comments are welcome.',
  'Blocked until the contract is signed.',
  'Great work, closing it.',
  'Can we make this smaller? It has been open for a while.',
  'Added the missing details to the description.\nLet me know if anything else is needed.',
] as const;

/** The roles that 001_init_schema gives to every database, with the ids it gives them. */
export const ROLE_IDS = {
  owner: 'a0000000-0000-4000-8000-000000000001',
  admin: 'a0000000-0000-4000-8000-000000000002',
  member: 'a0000000-0000-4000-8000-000000000003',
  guest: 'a0000000-0000-4000-8000-000000000004',
} as const;

export type ColumnType = 'status' | 'person' | 'date' | 'number' | 'text' | 'tags' | 'checkbox' | 'link';

export interface BoardTemplate {
  readonly name: string;
  readonly groups: readonly string[];
  readonly columns: Readonly<Record<string, ColumnType>>;
  readonly statuses: readonly string[];
  /** An item is called by a verb and an object. */
  readonly verbs: readonly string[];
  readonly objects: readonly string[];
}

export const BOARDS: readonly BoardTemplate[] = [
  {
    name: 'Sprint backlog',
    groups: list('This sprint, Next sprint, Later, Done'),
    columns: { Status: 'status', Owner: 'person', Due: 'date', Points: 'number', Labels: 'tags' },
    statuses: list('To do, In progress, In review, Blocked, Done'),
    verbs: list('Build, Refactor, Test, Document, Release, Speed up'),
    objects: list(
      'the invoice export, board filters, the mobile sign-in, webhook retries, search, the import wizard',
    ),
  },
  {
    name: 'Bug tracker',
    groups: list('New, Confirmed, Fixing, Closed'),
    columns: {
      Status: 'status',
      Assignee: 'person',
      Severity: 'number',
      Reported: 'date',
      Steps: 'text',
      Labels: 'tags',
    },
    statuses: list("New, Confirmed, In progress, Won't fix, Fixed"),
    verbs: list('Crash in, Wrong total in, Slow loading of, Broken layout of, Missing rows in'),
    objects: list(
      'the dashboard, the calendar view, attachments, the weekly e-mail, the time tracker, large boards',
    ),
  },
  {
    name: 'Campaign plan',
    groups: list('Ideas, Planned, Running, Wrapped up'),
    columns: { Status: 'status', Lead: 'person', Launch: 'date', Budget: 'number', Brief: 'link' },
    statuses: list('Idea, Planned, Live, Paused, Finished'),
    verbs: list('Launch, Write copy for, Design visuals for, Measure, Book media for'),
    objects: list(
      'the spring campaign, the webinar series, the partner newsletter, the product video, the trade fair',
    ),
  },
  {
    name: 'Sales pipeline',
    groups: list('Leads, Qualified, Proposal, Won, Lost'),
    columns: { Stage: 'status', Owner: 'person', Value: 'number', 'Close date': 'date', 'Next step': 'text' },
    statuses: list('New, Contacted, Proposal sent, Won, Lost'),
    verbs: list('Renewal with, Upgrade for, First call with, Offer for, Pilot at'),
    objects: list(
      'a hospital group, a regional bank, a shipping line, a school network, a furniture maker, a festival',
    ),
  },
  {
    name: 'Hiring',
    groups: list('Applied, Interview, Offer, Hired'),
    columns: {
      Stage: 'status',
      Recruiter: 'person',
      Interview: 'date',
      Score: 'number',
      'References checked': 'checkbox',
    },
    statuses: list('Applied, Screening, Interview, Offer, Hired, Rejected'),
    verbs: list('Screen, Interview, Make an offer to, Collect feedback on, Onboard'),
    objects: list(
      'a data engineer, a product designer, an account manager, a support lead, a warehouse planner',
    ),
  },
  {
    name: 'Customer onboarding',
    groups: list('Kick-off, Set-up, Training, Live'),
    columns: {
      Status: 'status',
      Manager: 'person',
      'Go-live': 'date',
      Seats: 'number',
      Contract: 'link',
      Tags: 'tags',
    },
    statuses: list('Waiting, On track, At risk, Live'),
    verbs: list('Kick off with, Import data of, Train the team of, Review goals with, Hand over'),
    objects: list('the logistics team, the clinic, the design agency, the city office, the retailer'),
  },
];
