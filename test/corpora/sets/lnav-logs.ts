import { recognised } from '../recognised.ts'

export default recognised('log files of many kinds, odd ones among them')
