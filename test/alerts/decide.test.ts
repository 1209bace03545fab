import { describe, expect, test } from 'vitest';
import type { Mute } from '../../src/alerts/decide.ts';
import { createStory } from './alert-story.ts';
import { RULE, sampleOf, START } from './samples.ts';

describe('an alert', () => {
  test('fires once it was wrong for long enough, and is resolved once it was well for long enough', () => {
    const story = createStory();
    for (let second = 0; second <= 60; second += 10) story.at(second, [sampleOf(90, second)]);
    for (let second = 70; second <= 190; second += 10) story.at(second, [sampleOf(60, second)]);
    expect(story.log).toEqual(['60 FIRED connections', '190 RESOLVED connections']);
    const [alert] = story.all.values();
    expect(alert).toMatchObject({
      ...{ state: 'RESOLVED', severity: 'WARNING', firedValue: 90, value: 60, threshold: 80 },
      startedAt: new Date(START),
      summary: 'main: connections in use of main-1: 90 %, the limit is 80 %',
    });
    expect(alert?.samples).toHaveLength(20);
  });

  test.each([
    ['a limit', 0, 85, 60],
    ['a limit with a time to wait', 60, 85, 60],
    ['its critical limit', 0, 99, 81],
    ['the dead band', 0, 85, 77],
  ])('that flaps 100 times over %s fires once and recovers once', (_title, forSeconds, high, low) => {
    const story = createStory([{ ...RULE, forSeconds, reminderSeconds: null, escalateAfterSeconds: null }]);
    for (let flap = 0; flap < 100; flap += 1) {
      story.at(flap * 20, [sampleOf(high, flap * 20)]);
      story.at(flap * 20 + 10, [sampleOf(low, flap * 20 + 10)]);
    }
    for (let second = 2_000; second <= 2_200; second += 10) story.at(second, [sampleOf(10, second)]);
    expect(story.log.map((one) => one.split(' ')[1])).toEqual(['FIRED', 'RESOLVED']);
  });

  test('does not fire for what was wrong for a moment now and then', () => {
    const story = createStory();
    for (let second = 0; second < 3_000; second += 10)
      story.at(second, [sampleOf(second % 300 === 0 ? 90 : 10, second)]);
    expect(story.log).toEqual([]);
  });

  test('is not resolved by what nobody knows, nor by a metric that is not measured any more', () => {
    const story = createStory([{ ...RULE, forSeconds: 0 }]);
    story.at(0, [sampleOf(90, 0)]);
    for (let second = 10; second <= 600; second += 10)
      story.at(second, second % 20 ? [] : [sampleOf(null, second)]);
    expect(story.log).toEqual(['0 FIRED connections']);
  });

  test('is as bad as it was at its worst', () => {
    const story = createStory([{ ...RULE, forSeconds: 0 }]);
    story.at(0, [sampleOf(90, 0)]);
    story.at(10, [sampleOf(97, 10)]);
    story.at(20, [sampleOf(90, 20)]);
    story.at(30, [sampleOf(97, 30)]);
    expect(story.log).toEqual(['0 FIRED connections', '10 RAISED connections']);
    expect(story.open[0]).toMatchObject({ severity: 'CRITICAL', threshold: 95 });
  });

  test('reminds and escalates while it is FIRING, and stops when somebody has it in hand', () => {
    const story = createStory([{ ...RULE, forSeconds: 0 }]);
    story.at(0, [sampleOf(90, 0)]);
    for (let second = 300; second <= 7_200; second += 300) story.at(second, [sampleOf(90, second)]);
    story.change((alert) => ({ ...alert, state: 'ACKNOWLEDGED', acknowledgedAt: new Date(START) }));
    for (let second = 7_500; second <= 20_000; second += 300) story.at(second, [sampleOf(90, second)]);
    expect(story.log).toEqual([
      '0 FIRED connections',
      '900 ESCALATED connections',
      '3600 REMINDED connections',
      '7200 REMINDED connections',
    ]);
  });

  test('is SILENCED while a silence or a window is open, and FIRING again after', () => {
    const story = createStory([{ ...RULE, forSeconds: 0, reminderSeconds: 60 }]);
    const mute: Mute = { by: 'silence 1', until: new Date(START + 300_000), matches: () => true };
    const from = (second: number) => (second < 300 ? [mute] : []);
    for (let second = 0; second <= 300; second += 60)
      story.at(second, [sampleOf(90, second)], { mutes: from(second) });
    expect(story.log).toEqual([
      '0 FIRED connections',
      '0 SILENCED connections',
      '300 UNSILENCED connections',
      '300 REMINDED connections',
    ]);
    expect(story.open[0]).toMatchObject({ state: 'FIRING', silencedUntil: null, silencedBy: null });
  });

  test('goes back to ACKNOWLEDGED when a silence ends', () => {
    const story = createStory([{ ...RULE, forSeconds: 0 }]);
    const mute: Mute = { by: 'silence 1', until: new Date(START + 300_000), matches: () => true };
    story.at(0, [sampleOf(90, 0)]);
    story.change((alert) => ({ ...alert, state: 'ACKNOWLEDGED', acknowledgedAt: new Date(START) }));
    story.at(10, [sampleOf(90, 10)], { mutes: [mute] });
    expect(story.open[0]?.state).toBe('SILENCED');
    story.at(400, [sampleOf(90, 400)]);
    expect(story.open[0]?.state).toBe('ACKNOWLEDGED');
  });

  test('ends when its rule or its instance is gone', () => {
    const story = createStory([{ ...RULE, forSeconds: 0 }]);
    story.at(0, [sampleOf(90, 0), sampleOf(90, 0, { instance: 'main-2' })]);
    story.at(10, [], { instances: ['main-1'] });
    expect(story.open.map(({ instance }) => instance)).toEqual(['main-1']);
    story.at(20, [], { rules: [{ ...RULE, isEnabled: false }] });
    expect([...story.all.values()].map((one) => one.resolvedBecause)).toEqual([
      'its rule or its cluster is not there any more',
      'main-2 is not configured any more',
    ]);
  });

  test('ignores a look that is older than the newest', () => {
    const story = createStory([{ ...RULE, forSeconds: 0, resolveAfterSeconds: 0 }]);
    story.at(10, [sampleOf(90, 10)]);
    story.at(11, [sampleOf(10, 5)]);
    expect(story.log).toEqual(['10 FIRED connections']);
  });
});

describe('an outage', () => {
  const names = ['primary', 'replication_lag', 'archive_age', 'loss_window', 'connections'];
  const rules = names.map((name) => ({
    ...RULE,
    name,
    metric: name,
    forSeconds: 0,
    recoveryThreshold: null,
  }));
  const bad = (name: string, second: number, instance: string | null = null) =>
    sampleOf(99, second, { name, instance });

  test('is one alert with children, also when these came first', () => {
    const story = createStory(rules);
    story.at(0, [bad('replication_lag', 0, 'main-2'), bad('loss_window', 0)]);
    story.at(10, [bad('primary', 10), bad('archive_age', 10)]);
    const parent = story.open.find(({ metric }) => metric === 'primary');
    expect(parent?.parentId).toBe(null);
    expect(
      story.open
        .filter(({ parentId }) => parentId === parent?.id)
        .map(({ metric }) => metric)
        .sort(),
    ).toEqual(['archive_age', 'loss_window', 'replication_lag']);
    expect(story.log.slice(4)).toEqual([
      '10 GROUPED replication_lag',
      '10 GROUPED loss_window',
      '10 GROUPED archive_age',
    ]);
  });

  test('that ends lets those that stay stand for themselves', () => {
    const story = createStory(rules);
    story.at(0, [bad('primary', 0), bad('archive_age', 0)]);
    story.at(10, [sampleOf(1, 10, { name: 'primary', instance: null })]);
    story.at(130, [sampleOf(1, 130, { name: 'primary', instance: null })]);
    expect(story.log.slice(3)).toEqual(['130 RESOLVED primary', '130 UNGROUPED archive_age']);
    expect(story.open.map(({ parentId }) => parentId)).toEqual([null]);
  });
});
