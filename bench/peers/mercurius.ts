import Fastify from 'fastify';
import mercurius from 'mercurius';
import { announce, createContext, resolvers, typeDefs } from './schema.ts';

const app = Fastify();
// Compiles a query when it has come twice: the setting its manual recommends.
await app.register(mercurius, { schema: typeDefs, resolvers, context: createContext, jit: 1 });
announce(`${await app.listen({ host: '127.0.0.1', port: 0 })}/graphql`);
