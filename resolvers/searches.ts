import { z } from 'zod';
import { ANSWER_WITHIN_MS } from '../src/shards/scatter/ask.ts';
import type { SearchRequest } from '../src/shards/scatter/search.ts';
import { builder } from '../schema/builder.ts';
import { line } from '../schema/requests.ts';
import { OrganizationSearchRef, UserSearchRef } from '../schema/searches.ts';

const DEFAULT_FOUND = 25;
const LONGEST_TIMEOUT_MS = 10_000;

interface SearchArguments {
  readonly text: string;
  readonly first?: number | null | undefined;
  readonly timeoutMs?: number | null | undefined;
}

const toRequest = ({ text, first, timeoutMs }: SearchArguments): SearchRequest => ({
  ...{ text, limit: first ?? DEFAULT_FOUND, timeoutMs: timeoutMs ?? ANSWER_WITHIN_MS },
});

builder.queryFields((t) => {
  const args = () => ({
    text: t.arg.string({
      required: true,
      description: '1 to 200 characters, any case.',
      validate: line(200),
    }),
    first: t.arg.int({
      defaultValue: DEFAULT_FOUND,
      description: 'At most so many, 1 to 100.',
      validate: z.int().min(1).max(100).nullish(),
    }),
    timeoutMs: t.arg.int({
      defaultValue: ANSWER_WITHIN_MS,
      description: `How long each shard has to answer, in milliseconds, 100 to ${LONGEST_TIMEOUT_MS}.`,
      validate: z.int().min(100).max(LONGEST_TIMEOUT_MS).nullish(),
    }),
  });
  return {
    searchOrganizations: t.field({
      type: OrganizationSearchRef,
      description:
        'Organizations whose name holds a text, or whose slug is it, on all shards; those that do not answer in time are named.',
      authScopes: { scope: 'shard:read' },
      args: args(),
      resolve: (_root, given, { services }) => services.shards.searchOrganizations(toRequest(given)),
    }),
    searchUsers: t.field({
      type: UserSearchRef,
      description:
        'Users whose address begins with a text, whose name has a word that does, or whose uuid it is, with their organizations, on all shards; those that do not answer in time are named. Names people, so it takes the scope of operators.',
      authScopes: { scope: 'shard:write' },
      args: args(),
      resolve: (_root, given, { services }) => services.shards.searchUsers(toRequest(given)),
    }),
  };
});
