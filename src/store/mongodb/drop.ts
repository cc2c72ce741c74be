// A whole database is given up: of a demo, which is made anew.
import { connectMongo, openingError } from './client.ts';

/** Throws an Error of one line, as openMongo does. */
export async function dropMongo(url: string): Promise<void> {
  const connected = await connectMongo(url);
  try {
    await connected.db.dropDatabase();
  } catch (error) {
    throw openingError(error, connected.client);
  } finally {
    await connected.close().catch(() => {});
  }
}
