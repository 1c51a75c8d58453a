const a = (count: number) => 'a'.repeat(count)

/** Texts and what Elasticsearch's analyzer `standard` makes of them. */
export const texts: readonly (readonly [text: string, tokens: readonly string[]])[] = [
  ['', []],
  ['!!! ... ---', []],
  ['GET /api/orders/7?x=1', ['get', 'api', 'orders', '7', 'x', '1']],
  ['a:b foo.bar 1,2 1.a a.1', ['a:b', 'foo.bar', '1,2', '1', 'a', 'a', '1']],
  ['O\'Neil o’neil a"b', ["o'neil", 'o’neil', 'a', 'b']],
  ['10.0.0.1:8080 2026-11-23T08:00:00.5', ['10.0.0.1', '8080', '2026', '11', '23t08', '00', '00.5']],
  ['__ _a_ a_.b _', ['_a_', 'a_', 'b']],
  ['.a. a..b a.', ['a', 'a', 'b', 'a']],
  ['订单支付失败,用户A组', ['订', '单', '支', '付', '失', '败', '用', '户', 'a', '组']],
  ['ひらカタカナー 한국어abc ไทยภาษา', ['ひ', 'ら', 'カタカナー', '한국어abc', 'ไทยภาษา']],
  ['人々 １２,３ ｶﾀｶﾅﾞ', ['人', '々', '１２,３', 'ｶﾀｶﾅﾞ']],
  ['👍🏽 ok 👨‍👩‍👧 🇨🇳🇨 #️⃣ * ① ★☆', ['👍🏽', 'ok', '👨‍👩‍👧', '🇨🇳', '#️⃣', '★']],
  ['foo\u00adbar foo\u200bbar \u0301a e\u0301t', ['foo\u00adbar', 'foo', 'bar', 'a', 'e\u0301t']],
  ['ÉTÉ STRAßE İ ΑΣ Ⓐ', ['été', 'straße', 'i', 'ας'.replace('ς', 'σ'), 'ⓐ']],
  [a(255), [a(255)]],
  [a(256), [a(255), 'a']],
  [`${a(254)}.b`, [a(254), 'b']],
  [`${a(600)} b`, [a(255), a(255), a(90), 'b']],
  [`${'_'.repeat(300)}a`, [`${'_'.repeat(254)}a`]],
  [`é${a(300)}`, [`é${a(254)}`, a(46)]],
  ['𠀀𠀁 x', ['𠀀', '𠀁', 'x']],
  ['xxx\n\ty', ['xxx', 'y']],
]
