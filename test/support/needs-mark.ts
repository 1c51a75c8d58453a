/** The command that brings what a skipped suite needs, as its title ends. */
export const skipMark = 'npm run test:bring'
