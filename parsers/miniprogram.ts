import { address, type Infer, json, key, line, url, wordsOf } from 'tailrace'

/**
 * What mini-programs tell of themselves, one object a request (source `beacon`):
 *
 *     { "type": "page" | "launch" | "request" | "error" | "white_screen" | …, "time": ISO or ms since 1970,
 *       "app": { "id", "version", "scene" }, "session": { "id" }, "user": { "id" }, "network": "wifi" | "4g" | …,
 *       "page": { "path", "from" }, "first_screen_ms", "page_switch_ms", "white_screen": true,
 *       "request": { "method", "url", "status", "duration_ms", "success" },
 *       "error": { "name", "message", "stack" }, "device": { "brand", "model", "system", "sdk" } }
 *
 * Other members are kept as they are. The source adds whom it came from and with which agent.
 */
export const miniprogram = json({
  name: 'miniprogram',
  title: 'Mini-programs',
  members: {
    '@timestamp': key(['time', '@timestamp'], 'date'),
    'event.action': key('type', 'keyword', { required: true }),
    'miniprogram.app.id': key('app.id', 'keyword', { required: true }),
    'service.version': key('app.version', 'keyword'),
    'miniprogram.scene': key('app.scene', 'long'),
    'miniprogram.session.id': key('session.id', 'keyword'),
    'user.id': key('user.id', 'keyword'),
    'miniprogram.network': key('network', 'keyword'),
    'miniprogram.page.path': key('page.path', 'keyword'),
    'miniprogram.page.from': key('page.from', 'keyword'),
    'miniprogram.first_screen.ms': key('first_screen_ms', 'double'),
    'miniprogram.page_switch.ms': key('page_switch_ms', 'double'),
    'miniprogram.white_screen': key('white_screen', 'boolean'),
    'http.request.method': key('request.method', 'keyword'),
    'http.response.status_code': key('request.status', 'long'),
    'event.duration': key('request.duration_ms', 'long', { unit: 'ms' }),
    'miniprogram.request.success': key('request.success', 'keyword'),
    'error.type': key('error.name', 'keyword'),
    'error.message': key('error.message', 'text'),
    'error.stack_trace': key('error.stack', 'text'),
    'miniprogram.device.brand': key('device.brand', 'keyword'),
    'miniprogram.device.model': key('device.model', 'keyword'),
    'miniprogram.device.system': key('device.system', 'keyword'),
    'miniprogram.device.sdk': key('device.sdk', 'keyword'),
    'user_agent.original': key('tailrace.user_agent', 'keyword'),
  },
  lines: {
    'request.url': line`${url('url.original')}`,
    'tailrace.address': line`${address('source.address')}`,
  },
  derive: { 'event.outcome': wordsOf('miniprogram.request.success', { true: 'success', false: 'failure' }) },
  tells: ['miniprogram.app.id'],
  samples: [
    '{"type":"page","time":1795816894288,"app":{"id":"wx0123456789abcdef","version":"2.1.0","scene":1001},"session":{"id":"s1"},"user":{"id":"u7"},"network":"4g","page":{"path":"pages/goods/index","from":"pages/home/index"},"first_screen_ms":640,"page_switch_ms":120.5,"device":{"brand":"HUAWEI","model":"ALN-AL00","system":"HarmonyOS 4.2","sdk":"3.6.0"},"tailrace":{"address":"203.0.113.7","user_agent":"MicroMessenger/8.0"}}',
    '{"type":"request","time":"2026-11-27T08:00:00.123Z","app":{"id":"wx0123456789abcdef"},"request":{"method":"GET","url":"https://api.shop.example/goods/7","status":200,"duration_ms":45,"success":true}}',
    '{"type":"white_screen","time":1795816894288,"app":{"id":"wx0123456789abcdef"},"white_screen":true,"error":{"name":"Error","message":"render failed","stack":"Error: render failed"}}',
  ],
})
export type Miniprogram = Infer<typeof miniprogram>
