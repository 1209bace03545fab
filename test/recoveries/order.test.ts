import { expect, test } from 'vitest';
import { groupCircles, sortByForeignKeys } from '../../src/recoveries/compare/order.ts';

const table = (name: string, ...parents: readonly string[]) => ({
  name,
  isPartitioned: name.startsWith('log'),
  foreignKeys: parents.map((parent) => ({ columns: ['id'], table: parent, referenced: ['id'] })),
});
const namesOf = (tables: readonly { readonly name: string }[]) => tables.map(({ name }) => name);

test('parents stand before children, logs last, and a table that refers to itself is no circle', () => {
  const tables = [
    table('comments', 'items'),
    table('items', 'items', 'boards'),
    table('log', 'boards'),
    table('boards'),
  ];
  const sorted = sortByForeignKeys(tables);
  expect(namesOf(sorted)).toEqual(['boards', 'items', 'comments', 'log']);
  expect(groupCircles(sorted).map(namesOf)).toEqual([['boards'], ['items'], ['comments'], ['log']]);
});

test('a circle stands behind what it needs and before what needs it, and goes in together', () => {
  const tables = [
    table('answers', 'threads'),
    table('messages', 'threads', 'users'),
    table('threads', 'first_message'),
    table('first_message', 'messages'),
    table('users'),
  ];
  const sorted = sortByForeignKeys(tables);
  expect(namesOf(sorted)).toEqual(['users', 'first_message', 'messages', 'threads', 'answers']);
  expect(groupCircles(sorted).map(namesOf)).toEqual([
    ['users'],
    ['first_message', 'messages', 'threads'],
    ['answers'],
  ]);
});
