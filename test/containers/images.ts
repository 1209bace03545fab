/** The images that the containers are made of; `scripts/test-images/build` makes some from Debian packages. */
export const POSTGRES_IMAGE = process.env['TEST_POSTGRES_IMAGE'] ?? 'postgres:15';
export const REDIS_IMAGE = process.env['TEST_REDIS_IMAGE'] ?? 'redis:7';
