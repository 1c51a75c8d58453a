/** What the shop sells and who comes to it. Networks are those of large providers, so that countries can be looked up. */

export const words = ['手机', '耳机', '茶叶', 'kettle', 'backpack', '运动鞋', 'lamp', '充电宝'] as const
export const categories = ['phones', 'tea', 'shoes', 'kitchen', 'travel'] as const
export const products = 480

/** First part of an address and how many visitors in a hundred come from there. */
export const networks: readonly (readonly [prefix: string, weight: number])[] = [
  ['114.84.', 22],
  ['58.33.', 18],
  ['183.6.', 16],
  ['240e:3a1:4c20:', 9],
  ['2408:8207:78f0:', 6],
  ['42.2.', 6],
  ['1.160.', 4],
  ['73.158.', 6],
  ['81.2.', 4],
  ['91.64.', 5],
  ['126.51.', 4],
]

export const browsers = [
  'Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/126.0.0.0 Safari/537.36',
  'Mozilla/5.0 (iPhone; CPU iPhone OS 17_5 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/17.5 Mobile/15E148 Safari/604.1',
  'Mozilla/5.0 (Linux; Android 14; 2312DRA50C) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/125.0.0.0 Mobile Safari/537.36',
  'Mozilla/5.0 (Linux; Android 13; V2230A; wv) AppleWebKit/537.36 (KHTML, like Gecko) Version/4.0 Chrome/116.0.0.0 Mobile Safari/537.36 MicroMessenger/8.0.49.2600 NetType/WIFI Language/zh_CN',
  'Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/17.5 Safari/605.1.15',
  'Mozilla/5.0 (X11; Linux x86_64; rv:127.0) Gecko/20100101 Firefox/127.0',
] as const

export const bots: readonly (readonly [address: string, agent: string])[] = [
  ['66.249.66.13', 'Mozilla/5.0 (compatible; Googlebot/2.1; +http://www.google.com/bot.html)'],
  ['220.181.108.92', 'Mozilla/5.0 (compatible; Baiduspider/2.0; +http://www.baidu.com/search/spider.html)'],
  ['40.77.167.35', 'Mozilla/5.0 (compatible; bingbot/2.0; +http://www.bing.com/bingbot.htm)'],
]
