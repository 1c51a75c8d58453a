import { readFileSync } from 'node:fs'
import { createTransport } from 'nodemailer'
import { expect, it } from 'vitest'
import { startBrowser } from './browser.ts'
import { startMariadb } from './mariadb.ts'
import { needs } from './needs.ts'
import { startNginx } from './nginx.ts'
import { startSmtp } from './smtp.ts'
import { startUvicorn } from './uvicorn.ts'
import { waitUntil } from './wait-until.ts'

const text = async (url: string, init?: RequestInit) => (await fetch(url, init)).text()

needs('nginx')('the nginx of the tests', () => {
  it('writes its access log in the format asked for, and into a new file after rotation', async () => {
    await using nginx = await startNginx({ logFormat: 'escape=json {"agent":"$http_user_agent"}' })
    await text(nginx.url, { headers: { 'user-agent': 'a "b"' } })
    await waitUntil('the line is there', () => readFileSync(nginx.accessLog, 'utf8') !== '')
    const old = await nginx.rotate()
    await text(nginx.url, { headers: { 'user-agent': 'second' } })
    await waitUntil('the line is there', () => readFileSync(nginx.accessLog, 'utf8') !== '')
    expect(readFileSync(old, 'utf8')).toBe('{"agent":"a \\"b\\""}\n')
    expect(readFileSync(nginx.accessLog, 'utf8')).toBe('{"agent":"second"}\n')
  })
})

needs('mariadb')('the mariadb of the tests', () => {
  it('writes what it is asked into the slow log', { timeout: 180_000 }, async () => {
    await using mariadb = await startMariadb()
    expect(mariadb.sql("select 'slow one', sleep(0.01)")).toBe('slow one\t0\n')
    await waitUntil('it is logged', () => readFileSync(mariadb.slowLog, 'utf8').includes("select 'slow one'"))
  })
})

needs('uvicorn')('the uvicorn of the tests', () => {
  it('serves the application and keeps its output, tracebacks among it', { timeout: 180_000 }, async () => {
    await using uvicorn = await startUvicorn()
    expect(await text(`${uvicorn.url}/`)).toBe('{"ok":true}')
    await text(`${uvicorn.url}/fail`)
    await waitUntil('the traceback is there', () => uvicorn.output().includes('ValueError: no such order'))
  })
})

needs('browser')('the browser of the tests', () => {
  it('runs scripts', { timeout: 180_000 }, async () => {
    await using browser = await startBrowser()
    const page = await browser.newPage()
    await page.setContent('<p id="a"></p><script>a.textContent = 6 * 7</script>')
    expect(await page.textContent('#a')).toBe('42')
  })
})

it('the mail server keeps what it takes and counts what it refuses', async () => {
  await using smtp = await startSmtp({ refuse: (n) => (n === 0 ? { code: 451, text: 'try later' } : undefined) })
  const transport = createTransport(smtp.url)
  const mail = { from: 'a@example.com', to: 'b@example.com', subject: '磁盘满了', text: 'body' }
  await expect(transport.sendMail(mail)).rejects.toMatchObject({ responseCode: 451 })
  await transport.sendMail(mail)
  const [received] = await smtp.received(1)
  expect(received?.mail.subject).toBe('磁盘满了')
  expect(received?.to).toEqual(['b@example.com'])
  expect(smtp.attempts).toBe(2)
  transport.close()
})
