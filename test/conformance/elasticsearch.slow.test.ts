import { runEngineSuite } from './engine-store.ts'

runEngineSuite('elasticsearch')
