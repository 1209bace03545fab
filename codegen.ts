import type { CodegenConfig } from '@graphql-codegen/cli';

/** Types of the CLI's documents, made from schema.graphql: `graphql-codegen --config codegen.ts`. */
const config: CodegenConfig = {
  schema: process.env['SUNDAY_CODEGEN_SCHEMA'] ?? 'schema.graphql',
  documents: 'src/cli/documents/*.graphql',
  importExtension: '.ts',
  generates: {
    'src/cli/generated/': {
      preset: 'client',
      presetConfig: { fragmentMasking: false },
      config: {
        documentMode: 'string',
        useTypeImports: true,
        enumsAsTypes: true,
        strictScalars: true,
        scalars: { BigInt: 'string', DateTime: 'string', JSON: 'unknown' },
      },
    },
  },
};

// The tool reads a default export: the one place where there is one.
export default config;
