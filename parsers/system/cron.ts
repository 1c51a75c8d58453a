import { either, int, last, line, oneOfWords, optional, skip, text, whole, word } from 'tailrace'

const name = oneOfWords('process.name', [
  ...['CRON', 'crond', 'CROND', 'cron', 'crontab', 'anacron'],
  ...['/usr/sbin/cron', '/usr/sbin/CRON', '/USR/SBIN/CRON', '/usr/sbin/crond'],
])

/** What cron (Vixie, cronie) says of a job: `(root) CMD (run-parts /etc/cron.daily)`. */
export const cronSaid = line`${name}${optional(line`[${int('process.pid')}]`)}: ${whole('message', line`(${word('user.name')}) ${either(line`${oneOfWords('event.action', ['CMD', 'END', 'CMDEND', 'CMDOUT'])} (${optional(line`[${int('system.cron.pid')}] `)}${last(text('system.cron.command'))})${skip('rest')}`, line`${oneOfWords('event.action', ['BEGIN EDIT', 'END EDIT', 'REPLACE', 'DELETE', 'LIST', 'RELOAD', 'INFO', 'STARTUP', 'MAIL', 'ORPHAN', 'ERROR', 'WARNING'])} (${last(text('event.reason'))})${skip('rest')}`)}`)}`
