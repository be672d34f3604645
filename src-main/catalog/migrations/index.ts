import { sessionsMigration } from './1-sessions.ts';
import { conversationsMigration } from './2-conversations.ts';
import { partRatesMigration } from './3-part-rates.ts';
import { importedMigration } from './4-imported.ts';
import { profilesMigration } from './5-profiles.ts';
import { searchMigration } from './6-search.ts';
import { jobOwnersMigration } from './7-job-owners.ts';
import { bleedMigration } from './8-bleed.ts';
import { bleedIndexMigration } from './9-bleed-index.ts';
import { searchSignsMigration } from './10-search-signs.ts';
import { searchSpellingsMigration } from './11-search-spellings.ts';
import { trackNamesMigration } from './12-track-names.ts';

/** In order; the database's user_version counts how many it has. Never edited once released, only added to. */
export const migrations: readonly string[] = [
  sessionsMigration,
  conversationsMigration,
  partRatesMigration,
  importedMigration,
  profilesMigration,
  searchMigration,
  jobOwnersMigration,
  bleedMigration,
  bleedIndexMigration,
  searchSignsMigration,
  searchSpellingsMigration,
  trackNamesMigration,
];
