import { type Diagnostic, diagnose, type SiteMark } from '../event/diagnostic.ts'

/** What is wrong with the name of a source that is pushed to: it is part of an address and of a path. */
export const nameProblems = (name: string, site: SiteMark): readonly Diagnostic[] =>
  /^[A-Za-z0-9][\w.-]{0,99}$/.test(name)
    ? []
    : [
        diagnose(
          site,
          `'${name}' cannot be the name of a source that is pushed to`,
          'Use letters, digits, dots, _ and -, at most 100: it is part of an address and of a path',
        ),
      ]
