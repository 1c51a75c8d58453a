import {
  address,
  blanks,
  either,
  grammar,
  host,
  int,
  line,
  oneOfWords,
  optional,
  rangesOf,
  skip,
  starts,
  time,
  uncoloured,
  url,
  withTrace,
  word,
} from 'tailrace'
import { pythonTrace } from './trace.ts'

const level = oneOfWords('log.level', ['DEBUG', 'INFO', 'WARNING', 'ERROR', 'CRITICAL', 'TRACE'])
const stamp = time('@timestamp', 'iso')
/**
 * `%(levelprefix)s`: a level, a colon, blanks to the ninth column, which tell it from other programs' `ERROR: ` (and from
 * what PostgreSQL says inside of exceptions, with two blanks). By default no time stands before it.
 */
const prefix = line`${optional(line`${stamp} `)}${either(
  line`${oneOfWords('log.level', ['CRITICAL'])}: `,
  line`${oneOfWords('log.level', ['WARNING'])}:  `,
  line`${oneOfWords('log.level', ['DEBUG', 'ERROR', 'TRACE'])}:   `,
  line`${oneOfWords('log.level', ['INFO'])}:    `,
)}${optional(blanks())}`
/** uvicorn colours levels, request lines, statuses and what matters in a message where it thinks it writes to a terminal. */
const inColour = line`${optional(line`${stamp} `)}\u001b[${skip()}m${level}\u001b[`
/** `%(asctime)s %(levelname)s`, as in a configuration of one's own. */
const named = line`${stamp} ${level}${blanks()}`
const logger = oneOfWords('log.logger', ['uvicorn.error', 'uvicorn.access', 'uvicorn.asgi', 'uvicorn'])

const client = host('source.address', { port: 'source.port', ip: 'source.ip', sure: true })
const request = line`${word('http.request.method')} ${url('url.original')} HTTP/${word('http.version')}" ${int('http.response.status_code')}${optional(line` ${skip()}`)}`
const socket = line`WebSocket ${url('url.original')}" ${either(line`[${word('event.action')}]`, int('http.response.status_code'))}`
/** For sockets older versions print the pair that Python has. */
const pair = line`('${address('source.address')}', ${int('source.port')})`
const access = line`${either(client, pair)} - "${either(request, socket)}`

const said = optional(withTrace('message', pythonTrace))

const levelled = line`${prefix}${either(access, said)}`

export const uvicornStarts = [prefix, inColour, line`${named}${logger} `, line`${named}${access}`]

const derive = { 'event.outcome': rangesOf('http.response.status_code', [[400, 'success']], 'failure') } as const

/** Its access lines where it is a worker of gunicorn, whose format is the message alone. */
export const workerAccessStart = line`${client} - "`
export const workerAccess = grammar({
  name: 'uvicorn.log.worker',
  line: line`${client} - "${request}`,
  derive,
  framing: starts([workerAccessStart]),
  samples: ['203.0.113.7:50312 - "GET / HTTP/1.1" 200'],
})

/**
 * uvicorn: what the server says, its access log and the tracebacks of applications, plain or coloured, with or without a
 * time. A line without time happened when it was read, as far as anyone can tell.
 */
export const uvicornRecords = grammar({
  name: 'uvicorn.log',
  line: either(levelled, uncoloured(levelled), line`${named}${either(access, line`${logger} ${said}`)}`),
  derive,
  framing: starts(uvicornStarts),
  samples: [
    'INFO:     Started server process [7]',
    'INFO:     203.0.113.7:50312 - "GET /orders/7?page=2 HTTP/1.1" 200 OK',
    '\u001b[32mINFO\u001b[0m:     203.0.113.7:50312 - "\u001b[1mGET / HTTP/1.1\u001b[0m" \u001b[32m200 OK\u001b[0m',
    '\u001b[31mERROR\u001b[0m:    no application',
    '\u001b[33mWARNING\u001b[0m:  Invalid HTTP request received.',
    '\u001b[91mCRITICAL\u001b[0m: no application',
    '\u001b[32mINFO\u001b[0m:     (\'203.0.113.7\', 50312) - "WebSocket /live" [accepted]',
    '\u001b[32mINFO\u001b[0m:     203.0.113.7:50312 - "WebSocket /live" 403',
    'INFO:     203.0.113.7:50312 - "WebSocket /live" [accepted]',
    'INFO:     203.0.113.7:50312 - "WebSocket /live" 403',
    'INFO:     (\'203.0.113.7\', 50312) - "WebSocket /live" [accepted]',
    '2026-03-10 08:00:00,123 INFO:     203.0.113.7:50312 - "GET / HTTP/1.1" 200 OK',
    '2026-03-10 08:00:00,123 CRITICAL: no application',
    '2026-03-10 08:00:00,123 INFO 203.0.113.7:50312 - "GET / HTTP/1.1" 200 OK',
    '2026-03-10 08:00:00,123 INFO 203.0.113.7:50312 - "WebSocket /live" [accepted]',
    '2026-03-10 08:00:00,123 INFO 203.0.113.7:50312 - "WebSocket /live" 403',
    '2026-03-10 08:00:00,123 INFO (\'203.0.113.7\', 50312) - "WebSocket /live" 403',
    '2026-03-10 08:00:00,123 INFO uvicorn.error Started server process [7]',
    'WARNING:  Invalid HTTP request received.',
    'ERROR:    Exception in ASGI application\nTraceback (most recent call last):\n  File "app.py", line 7, in order\nRuntimeError: no price',
  ],
})
