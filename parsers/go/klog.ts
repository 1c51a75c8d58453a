import {
  blanks,
  either,
  escaped,
  grammar,
  int,
  keyValues,
  line,
  optional,
  rest,
  starts,
  text,
  time,
  whole,
  word,
  wordsOf,
} from 'tailrace'
import { members } from './members.ts'

const severities = { I: 'info', W: 'warning', E: 'error', F: 'fatal' } as const
/** A letter, month and day (glog of today writes the year too), the time, the thread, and where it was logged. */
const front = line`${whole('go.severity', either(line`I`, line`W`, line`E`, line`F`))}${time('@timestamp', 'MMdd HH:mm:ssf', 'yyyyMMdd HH:mm:ssf')} ${optional(blanks())}${int('process.thread.id')} ${word('log.origin.file.name')}:${int('log.origin.file.line')}] `

export const klogStarts = [front]

/** klog, as Kubernetes writes, and glog; messages of `InfoS` stand in quotes, pairs behind them. */
export const klog = grammar({
  name: 'go.log.klog',
  line: line`${front}${either(
    line`"${escaped('json', text('message'))}"${keyValues({ members })}`,
    optional(rest('message')),
  )}`,
  framing: starts(klogStarts),
  derive: { 'log.level': wordsOf('go.severity', severities) },
  samples: [
    'I0310 08:00:00.123456       7 controller.go:7] Starting controller',
    'E0310 08:00:00.123456       7 pod.go:9] "Pod status updated" pod="kube-system/kubedns" err="no such pod"',
    'F0310 08:00:00.123456       7 main.go:7] "no price" of 7',
    'W20260310 08:00:00.123456 140012 main.cc:7] "Shutting down"',
  ],
})
