import { ApolloServer } from '@apollo/server';
import { startStandaloneServer } from '@apollo/server/standalone';
import { announce, createContext, resolvers, typeDefs } from './schema.ts';

const server = new ApolloServer({ typeDefs, resolvers, introspection: false });
const { url } = await startStandaloneServer(server, {
  context: async () => createContext(),
  listen: { host: '127.0.0.1', port: 0 },
});
announce(url);
