import {
  address,
  duration,
  either,
  grammar,
  int,
  last,
  line,
  number,
  oneOfWords,
  optional,
  or,
  skip,
  text,
  tlsVersionOf,
  whole,
  word,
  wordsOf,
} from 'tailrace'
import { fromPriority, sentBy } from '../system/header.ts'

const more = skip('rest')

/** `name[address]`, `unknown` where it has no name. */
const client = line`${or('unknown', text('source.domain'))}[${address('source.address')}]`
const queueId = word('postfix.queue_id')
const sender = line`from=<${or('', text('postfix.from'))}>`
/** Whoever sends chooses it; what stands behind it is Postfix's. */
const queued = line`from=<${last(or('', text('postfix.from')))}>`
const receiver = line`to=<${or('', text('postfix.to'))}>`
const relay = whole(
  'postfix.relay',
  either(
    line`${word('destination.domain')}[${address('destination.address')}]:${int('destination.port')}`,
    line`${word('destination.domain')}[${skip()}]`,
    line`${skip()}`,
  ),
)
const delays = line`delays=${number('postfix.delays.before_queue.sec')}/${number('postfix.delays.in_queue.sec')}/${number('postfix.delays.connection.sec')}/${number('postfix.delays.transmission.sec')}`

/** https://www.postfix.org/postconf.5.html#delay_logging_resolution_limit has the delays; dsn: RFC 3463. */
const delivery = line`${receiver}, ${optional(line`orig_to=<${text('postfix.orig_to')}>, `)}relay=${relay}, ${optional(line`conn_use=${int('postfix.connection_use')}, `)}delay=${duration('event.duration', 's')}, ${optional(line`${delays}, `)}${optional(line`dsn=${word('postfix.dsn')}, `)}status=${oneOfWords('postfix.status', ['sent', 'bounced', 'deferred', 'expired', 'undeliverable', 'deliverable'])}${optional(line` (${last(text('postfix.reply'))})`)}${more}`

const verdicts = ['reject', 'reject_warning', 'hold', 'discard', 'filter', 'redirect', 'warn', 'replace', 'prepend']
const verdict = oneOfWords('event.action', [
  ...verdicts,
  ...verdicts.map((name) => `milter-${name}`),
  ...verdicts.map((name) => `proxy-${name}`),
  ...['proxy-accept', 'warning', 'info', 'bcc', 'strip', 'pass'],
])
const whom = line`${sender} ${optional(line`${receiver} `)}proto=${word('network.protocol')}${optional(line` helo=<${or('', text('postfix.helo'))}>`)}`
/** What an access list, a milter or a check of contents did: `reject: RCPT from …`. */
const judged = line`${verdict}: ${word('postfix.stage')} ${either(
  line`from ${client}: ${either(
    line`${int('postfix.reply_code')} ${optional(line`${word('postfix.dsn')} `)}${text('event.reason')}`,
    line`${text('event.reason')}`,
  )}; ${either(whom, more)}`,
  line`from [${address('source.address')}]:${int('source.port')}: ${int('postfix.reply_code')} ${optional(line`${word('postfix.dsn')} `)}${text('event.reason')}; ${sender}, ${receiver}, proto=${word('network.protocol')}, helo=<${or('', text('postfix.helo'))}>`,
  line`${text('event.reason')}; ${more}`,
)}`

/** Of one mail, behind its queue id. */
const ofMail = either(
  line`client=${client}${optional(line`, sasl_method=${text('postfix.sasl_method')}`)}${optional(line`, sasl_username=${text('user.name')}`)}${optional(line`, ${more}`)}`,
  line`${optional(line`resent-`)}message-id=${text('postfix.message_id')}`,
  line`${queued}, size=${int('postfix.size')}, nrcpt=${int('postfix.nrcpt')}${more}`,
  line`${queued}, status=${oneOfWords('postfix.status', ['expired', 'force-expired'])}${more}`,
  delivery,
  line`${oneOfWords('event.action', ['removed', 'skipped'])}${more}`,
  line`uid=${word('user.id')} ${sender}${more}`,
  line`${oneOfWords('event.action', ['sender non-delivery notification', 'sender delivery status notification', 'sender delay notification', 'postmaster non-delivery notification'])}: ${word('postfix.related_queue_id')}`,
  judged,
  line`host ${text('destination.domain')}[${address('destination.address')}] said: ${whole('postfix.reply', line`${int('postfix.reply_code')}${more}`)}`,
  more,
)

const connections = either(
  line`${oneOfWords('event.action', ['connect', 'disconnect'])} from ${client}${optional(line` ${more}`)}`,
  line`${oneOfWords('event.action', ['lost connection', 'timeout', 'too many errors', 'improper command pipelining', 'SSL_accept error'])} ${optional(line`after ${word('postfix.stage')} ${optional(line`(${skip()}) `)}`)}from ${client}${more}`,
  line`${oneOfWords('event.action', ['Anonymous TLS connection', 'Untrusted TLS connection', 'Trusted TLS connection', 'Verified TLS connection'])} established from ${client}: ${word('postfix.tls_protocol')} with cipher ${word('tls.cipher')} ${more}`,
  line`${oneOfWords('event.action', ['Anonymous TLS connection', 'Untrusted TLS connection', 'Trusted TLS connection', 'Verified TLS connection'])} established to ${text('destination.domain')}[${address('destination.address')}]:${int('destination.port')}: ${word('postfix.tls_protocol')} with cipher ${word('tls.cipher')} ${more}`,
  line`${oneOfWords('event.action', ['connect'])} to ${text('destination.domain')}[${address('destination.address')}]:${int('destination.port')}: ${text('event.reason')}`,
  line`${oneOfWords('event.action', ['CONNECT', 'PASS NEW', 'PASS OLD', 'DISCONNECT', 'HANGUP', 'PREGREET', 'WHITELISTED', 'ALLOWLISTED', 'DENYLISTED', 'BLACKLISTED'])} ${optional(line`${skip()}from `)}[${address('source.address')}]:${int('source.port')}${more}`,
)

const level = oneOfWords('log.level', ['warning', 'error', 'fatal', 'panic', 'info', 'debug'])
const troubles = line`${level}: ${either(
  line`${client}: ${oneOfWords('event.action', ['SASL'])} ${word('postfix.sasl_method')} authentication failed: ${or('', text('event.reason'))}`,
  line`${oneOfWords('event.action', ['non-SMTP command'])} from ${client}${more}`,
  more,
)}`

const said = either(
  line`NOQUEUE: ${either(judged, line`client=${client}${more}`, more)}`,
  troubles,
  line`statistics: ${more}`,
  line`${oneOfWords('event.action', ['Placed on hold', 'Released from hold', 'Deleted', 'Requeued', 'Expired'])}: ${more}`,
  line`${queueId}: ${ofMail}`,
  connections,
  more,
)

/** What any of Postfix's programs says; instances and services may have names of their own: `postfix-out/smtp`. */
export const postfixOwn = grammar({
  name: 'postfix.log.own',
  line: line`${sentBy(whole('process.name', line`postfix${optional(line`-${skip()}`)}/${word('postfix.component')}`))}${whole('message', said)}`,
  derive: {
    ...fromPriority,
    ...tlsVersionOf('postfix.tls_protocol'),
    'event.outcome': wordsOf('postfix.status', {
      sent: 'success',
      deliverable: 'success',
      bounced: 'failure',
      expired: 'failure',
      'force-expired': 'failure',
      undeliverable: 'failure',
    }),
  },
  samples: [
    'Oct 11 22:14:15 mail postfix/smtpd[231]: connect from mx.example.com[192.0.2.7]',
    'Oct 11 22:14:15 mail postfix/submission/smtpd[231]: 3F2A81C0A5: client=unknown[192.0.2.7], sasl_method=PLAIN, sasl_username=alice@example.com',
    'Oct 11 22:14:15 mail postfix/cleanup[231]: 3F2A81C0A5: message-id=<20261011221415.3F2A81C0A5@mail.example.com>',
    'Oct 11 22:14:15 mail postfix/qmgr[231]: 3F2A81C0A5: from=<alice@example.com>, size=512, nrcpt=1 (queue active)',
    'Oct 11 22:14:15 mail postfix/qmgr[231]: 3F2A81C0A5: from=<alice@example.com>, status=expired, returned to sender',
    'Oct 11 22:14:15 mail postfix-out/smtp[231]: 4bKQ2x0nXzz1Xy: to=<bob@example.org>, orig_to=<b@example.org>, relay=mx.example.org[198.51.100.7]:25, conn_use=2, delay=1.2, delays=0.1/0.02/0.5/0.58, dsn=2.0.0, status=sent (250 2.0.0 Ok: queued as 5D1 (x))',
    'Oct 11 22:14:15 mail postfix/lmtp[231]: 3F2A81C0A5: to=<bob@example.org>, relay=mail.example.com[private/dovecot-lmtp], delay=0.1, delays=0/0/0/0.1, dsn=2.0.0, status=sent (250 2.0.0 saved)',
    'Oct 11 22:14:15 mail postfix/local[231]: 3F2A81C0A5: to=<bob@example.com>, relay=local, delay=0.1, status=bounced (unknown user: "bob")',
    'Oct 11 22:14:15 mail postfix/qmgr[231]: 3F2A81C0A5: removed',
    'Oct 11 22:14:15 mail postfix/pickup[231]: 3F2A81C0A5: uid=0 from=<root>',
    'Oct 11 22:14:15 mail postfix/bounce[231]: 3F2A81C0A5: sender non-delivery notification: 41B2C1C0A6',
    'Oct 11 22:14:15 mail postfix/cleanup[231]: 3F2A81C0A5: milter-reject: END-OF-MESSAGE from mx.example.com[192.0.2.7]: 5.7.1 spam; from=<a@example.com> to=<b@example.org> proto=ESMTP helo=<x>',
    'Oct 11 22:14:15 mail postfix/cleanup[231]: 3F2A81C0A5: warning: header Subject: free from mx.example.com[192.0.2.7]; from=<a@example.com> to=<b@example.org> proto=ESMTP helo=<x>',
    'Oct 11 22:14:15 mail postfix/smtpd[231]: 3F2A81C0A5: reject: RCPT from unknown[192.0.2.7]: 550 5.1.1 <x@example.com>: Recipient address rejected; from=<a@b> to=<x@example.com> proto=ESMTP helo=<x>',
    'Oct 11 22:14:15 mail postfix/postscreen[231]: 3F2A81C0A5: reject: RCPT from [192.0.2.7]:50022: 550 5.7.1 Service unavailable; from=<a@b>, to=<x@example.com>, proto=ESMTP, helo=<x>',
    'Oct 11 22:14:15 mail postfix/smtp[231]: 3F2A81C0A5: host mx.example.org[198.51.100.7] said: 451 4.7.1 Try again later (in reply to RCPT TO command)',
    'Oct 11 22:14:15 mail postfix/smtp[231]: 3F2A81C0A5: lost connection with mx.example.org[198.51.100.7] while receiving the initial server greeting',
    'Oct 11 22:14:15 mail postfix/smtpd[231]: NOQUEUE: reject: RCPT from unknown[192.0.2.7]: 554 5.7.1 <x@example.org>: Relay access denied; from=<a@b> to=<x@example.org> proto=ESMTP helo=<x>',
    'Oct 11 22:14:15 mail postfix/smtpd[231]: NOQUEUE: reject: CONNECT from unknown[192.0.2.7]: 554 5.7.1 <unknown[192.0.2.7]>: Client host rejected; proto=SMTP',
    'Oct 11 22:14:15 mail postfix/smtpd[231]: NOQUEUE: milter-reject: CONNECT from unknown[192.0.2.7]: gone; proto=SMTP',
    'Oct 11 22:14:15 mail postfix/smtpd[231]: NOQUEUE: milter-reject: CONNECT from unknown[192.0.2.7]: gone; from=<a@b> to=<c@d> proto=SMTP',
    'Oct 11 22:14:15 mail postfix/postscreen[231]: NOQUEUE: reject: RCPT from [192.0.2.7]:50022: 550 5.7.1 Service unavailable; from=<a@b>, to=<x@example.com>, proto=ESMTP, helo=<x>',
    'Oct 11 22:14:15 mail postfix/cleanup[231]: NOQUEUE: warning: header Subject: x; y',
    'Oct 11 22:14:15 mail postfix/smtpd[231]: NOQUEUE: client=unknown[192.0.2.7]',
    'Oct 11 22:14:15 mail postfix/smtpd[231]: NOQUEUE: queue file write error',
    'Oct 11 22:14:15 mail postfix/smtpd[231]: warning: unknown[192.0.2.7]: SASL LOGIN authentication failed: UGFzc3dvcmQ6',
    'Oct 11 22:14:15 mail postfix/smtpd[231]: warning: non-SMTP command from unknown[192.0.2.7]: GET / HTTP/1.0',
    'Oct 11 22:14:15 mail postfix/smtpd[231]: warning: hostname x.example.com does not resolve to address 192.0.2.7',
    'Oct 11 22:14:15 mail postfix/anvil[231]: statistics: max connection rate 1/60s for (smtp:192.0.2.7) at Oct 11 22:14:15',
    'Oct 11 22:14:15 mail postfix/postsuper[231]: Deleted: 3 messages',
    'Oct 11 22:14:15 mail postfix/smtpd[231]: lost connection after AUTH from unknown[192.0.2.7]',
    'Oct 11 22:14:15 mail postfix/smtpd[231]: Anonymous TLS connection established from mx.example.com[192.0.2.7]: TLSv1.3 with cipher TLS_AES_256_GCM_SHA384 (256/256 bits)',
    'Oct 11 22:14:15 mail postfix/smtp[231]: Untrusted TLS connection established to mx.example.org[198.51.100.7]:25: TLSv1.3 with cipher TLS_AES_256_GCM_SHA384 (256/256 bits)',
    'Oct 11 22:14:15 mail postfix/smtp[231]: connect to mx.example.org[198.51.100.7]:25: Connection timed out',
    'Oct 11 22:14:15 mail postfix/postscreen[231]: CONNECT from [192.0.2.7]:50022 to [198.51.100.7]:25',
    'Oct 11 22:14:15 mail postfix/master[231]: daemon started -- version 3.7.11, configuration /etc/postfix',
    '<22>1 2026-11-27T08:00:00.123456+08:00 mail postfix/qmgr 231 - -  3F2A81C0A5: removed',
  ],
})
