import { address, type Infer, json, key, line, url, wordsOf } from 'tailrace'

/**
 * What pages tell of themselves, one object a beacon (source `beacon`):
 *
 *     { "type": "page" | "request" | "error" | "white_screen" | …, "time": ISO or ms since 1970,
 *       "session": { "id" }, "user": { "id" }, "app": { "name", "version" },
 *       "page": { "url", "title", "from" }, "first_screen_ms", "page_switch_ms", "white_screen": true,
 *       "request": { "method", "url", "status", "duration_ms", "success" },
 *       "error": { "name", "message", "stack", "file", "line" } }
 *
 * Other members are kept as they are. The source adds whom it came from and with which agent.
 */
export const browser = json({
  name: 'browser',
  title: 'Pages in browsers',
  members: {
    '@timestamp': key(['time', '@timestamp'], 'date'),
    'event.action': key('type', 'keyword', { required: true }),
    'browser.session.id': key('session.id', 'keyword', { required: true }),
    'user.id': key('user.id', 'keyword'),
    'service.name': key('app.name', 'keyword'),
    'service.version': key('app.version', 'keyword'),
    'browser.page.url': key('page.url', 'keyword'),
    'browser.page.title': key('page.title', 'keyword'),
    'browser.page.from': key('page.from', 'keyword'),
    'browser.first_screen.ms': key('first_screen_ms', 'double'),
    'browser.page_switch.ms': key('page_switch_ms', 'double'),
    'browser.white_screen': key('white_screen', 'boolean'),
    'http.request.method': key('request.method', 'keyword'),
    'http.response.status_code': key('request.status', 'long'),
    'event.duration': key('request.duration_ms', 'long', { unit: 'ms' }),
    'browser.request.success': key('request.success', 'keyword'),
    'error.type': key('error.name', 'keyword'),
    'error.message': key('error.message', 'text'),
    'error.stack_trace': key('error.stack', 'text'),
    'log.origin.file.name': key('error.file', 'keyword'),
    'log.origin.file.line': key('error.line', 'long'),
    'user_agent.original': key('tailrace.user_agent', 'keyword'),
  },
  lines: {
    'request.url': line`${url('url.original')}`,
    'tailrace.address': line`${address('source.address')}`,
  },
  derive: { 'event.outcome': wordsOf('browser.request.success', { true: 'success', false: 'failure' }) },
  tells: ['browser.session.id'],
  moreGeneralThan: ['miniprogram'],
  samples: [
    '{"type":"page","time":1795816894288,"session":{"id":"s1"},"user":{"id":"u7"},"page":{"url":"https://shop.example/goods/7","title":"Goods","from":"https://shop.example/"},"first_screen_ms":812.5,"tailrace":{"address":"203.0.113.7","user_agent":"Mozilla/5.0"}}',
    '{"type":"request","time":"2026-11-27T08:00:00.123Z","session":{"id":"s1"},"request":{"method":"POST","url":"/api/orders","status":500,"duration_ms":87.25,"success":false}}',
    '{"type":"error","time":1795816894288,"session":{"id":"s1"},"error":{"name":"TypeError","message":"x is undefined","stack":"TypeError: x is undefined\\n    at a (app.js:7:9)","file":"app.js","line":7}}',
  ],
})
export type Browser = Infer<typeof browser>
