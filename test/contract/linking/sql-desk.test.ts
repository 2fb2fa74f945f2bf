import { afterAll, beforeAll, describe } from 'vitest';
import { migrate, shippedMigrations } from '../../../relay/ledger/migrate.js';
import { databases, empty, type Opened } from '../ledger/databases.js';
import { linkDeskContract } from './desk-suite.js';
import { SqlStage } from './sql-stage.js';

describe.each(databases())('on $name', (kind) => {
  let opened: Opened;
  beforeAll(async () => {
    opened = await kind.open();
    await migrate(opened.db, await shippedMigrations(), 1);
  }, 120_000);
  afterAll(() => opened.close());

  linkDeskContract('the shipped one', async () => {
    await empty(opened.db);
    await opened.db.query('TRUNCATE wallet_link CASCADE');
    return await new SqlStage(opened).start();
  });
});
