import type { Diagnostic } from '../event/diagnostic.ts'
import type { Config } from './load.ts'

export const checkRules = (_config: Config): readonly Diagnostic[] => []
