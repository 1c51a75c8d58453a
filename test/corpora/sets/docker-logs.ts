import { recognised } from '../recognised.ts'

export default recognised('logs of containers, json-file and CRI')
