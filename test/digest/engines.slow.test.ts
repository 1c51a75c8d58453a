import { runEngineSuite } from '../conformance/engine-store.ts'
import { runDigestSuite } from './figures.ts'

runEngineSuite('elasticsearch', runDigestSuite)
runEngineSuite('opensearch', runDigestSuite)
