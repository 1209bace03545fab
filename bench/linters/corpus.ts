import type { CorpusCase } from './corpus-case.ts';
import { COLUMN_CASES } from './corpus-columns.ts';
import { TABLE_CASES } from './corpus-tables.ts';
import { ROW_CASES } from './corpus-rows.ts';

/** Shown to a linter alone: no database to ask. Tables that the text does not make itself exist, and are big and busy. */
export const CORPUS: readonly CorpusCase[] = [...COLUMN_CASES, ...TABLE_CASES, ...ROW_CASES];
