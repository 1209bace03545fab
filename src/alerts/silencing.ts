import type { AlertSample } from './alerts.ts';
import { audit } from './audit.ts';
import { AlertLimitError, AlertSilenceNotFoundError, AlertWindowNotFoundError } from './errors.ts';
import { MOST_SILENCES, MOST_WINDOWS } from './evaluate.ts';
import type { AlertsOptions, AlertService } from './service.ts';
import * as silenceStore from './silence-store.ts';
import { isSilenced } from './silences.ts';
import * as store from './store.ts';

/** Silences and maintenance windows. */
export type SilencingService = Pick<
  AlertService,
  'silence' | 'endSilence' | 'listSilences' | 'listWindows' | 'upsertWindow' | 'removeWindow'
>;

type Judge = (cluster: string, samples: readonly AlertSample[]) => Promise<void>;

/** Silences and windows. The clusters are judged at once, so that it shows; a crash in between leaves that to the next look. */
export function createSilencing(options: AlertsOptions, judge: Judge): SilencingService {
  const { db, calendar, readClock = store.readClock } = options;
  const judgeAll = async (cluster: string | null) => {
    const clusters = await store.listClustersWithOpen(db);
    for (const one of clusters) if (cluster === null || one === cluster) await judge(one, []);
    return clusters;
  };
  return {
    async silence({ minutes, ...match }, requester) {
      const { principal, onBehalfOf, reason } = requester;
      const author = { by: principal.name, onBehalfOf, reason };
      const silence = await db.transaction(async (tx) => {
        const endsAt = new Date((await readClock(tx)).getTime() + minutes * 60_000);
        const made = await silenceStore.insertSilence(tx, { ...match, ...author, endsAt }, MOST_SILENCES);
        if (made === null) throw new AlertLimitError('silences', MOST_SILENCES);
        await audit(options, tx, requester, { target: match.cluster, input: { ...match, minutes } });
        return made;
      });
      const clusters = await judgeAll(match.cluster);
      const open = await Promise.all(clusters.map((one) => store.listOpen(db, one)));
      return { silence, alerts: open.flat().filter((one) => isSilenced(match, one)) };
    },
    async endSilence(id, requester) {
      const silence = await db.transaction(async (tx) => {
        const ended = await silenceStore.endSilence(tx, id, await readClock(tx));
        if (ended === null) throw new AlertSilenceNotFoundError(id);
        await audit(options, tx, requester, { target: id, input: { id } });
        return ended;
      });
      await judgeAll(silence.cluster);
      return silence;
    },
    listSilences: async () =>
      silenceStore.listSilences(db, await db.transaction((tx) => readClock(tx)), MOST_SILENCES),
    listWindows: () => silenceStore.listWindows(db, MOST_WINDOWS),
    async upsertWindow(window, requester) {
      calendar.opensAt(window, new Date()); // throws for what is no cron expression
      const { principal, onBehalfOf } = requester;
      const made = await db.transaction(async (tx) => {
        const author = { by: principal.name, onBehalfOf, limit: MOST_WINDOWS };
        const row = await silenceStore.upsertWindow(tx, window, author);
        if (row === null) throw new AlertLimitError('maintenance windows', MOST_WINDOWS);
        await audit(options, tx, requester, { target: window.name, input: window });
        return row;
      });
      await judgeAll(null);
      return made;
    },
    async removeWindow(name, requester) {
      await db.transaction(async (tx) => {
        if (!(await silenceStore.removeWindow(tx, name))) throw new AlertWindowNotFoundError(name);
        await audit(options, tx, requester, { target: name, input: { name } });
      });
      await judgeAll(null);
    },
  };
}
