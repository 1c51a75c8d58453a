/** Words by which programs say how bad it is. */
export const levelPattern =
  /^(?:trace|debug|info|information|notice|warn|warning|err|error|crit|critical|alert|emerg|fatal|severe)$/i

/** And by which letters, right behind the time. */
export const levelLetter = /^[VTDIWEFC]$/
