/** One sheet for all pages. Colours keep a contrast of 4.5 : 1 for text in both schemes. */
export const css = `
:root{color-scheme:light dark;--bg:#f5f6f8;--card:#fff;--ink:#1a2230;--soft:#566072;--line:#dfe3ea;--link:#0b5a8a;--good:#136c3b;--good-bg:#e3f4ea;--warn:#7a4b00;--warn-bg:#fff1d6;--bad:#a8201a;--bad-bg:#fde7e5;--calm-bg:#edf0f4;--c0:#2f6fb0;--c1:#2a9d8f;--c2:#8a63c9;--c3:#d18b1f;--c4:#b0527e;--c5:#6b7a3a;--c6:#8793a5;--err:#cc3a32}
@media(prefers-color-scheme:dark){:root{--bg:#11151c;--card:#1a202a;--ink:#e6eaf1;--soft:#9eabbd;--line:#2d3644;--link:#7cc0f0;--good:#7ddba3;--good-bg:#153322;--warn:#f3c069;--warn-bg:#392b10;--bad:#ff9b94;--bad-bg:#42191a;--calm-bg:#262e3a;--c0:#5b9fe0;--c1:#45c2b2;--c2:#ab8be6;--c3:#e0a94a;--c4:#d97ba6;--c5:#a3b565;--c6:#76839a;--err:#f0655d}}
*{box-sizing:border-box}
body{margin:0;background:var(--bg);color:var(--ink);font:15px/1.45 system-ui,-apple-system,"Segoe UI","PingFang SC","Microsoft YaHei","Noto Sans CJK SC",sans-serif}
a{color:var(--link)}a:focus-visible,button:focus-visible,input:focus-visible,summary:focus-visible,.scroll:focus-visible{outline:3px solid var(--link);outline-offset:2px}
header{display:flex;gap:1rem;align-items:center;justify-content:space-between;padding:.7rem 1.2rem;background:var(--card);border-bottom:1px solid var(--line)}
header h1{font-size:1.15rem;margin:0}header h1 a{color:inherit;text-decoration:none}
nav{display:flex;gap:1rem;flex-wrap:wrap}
main,footer,.control{max-width:1240px;margin:0 auto;padding:0 1.2rem}
main{display:grid;grid-template-columns:repeat(2,minmax(0,1fr));gap:1rem;padding-top:1rem;align-items:start}
main>*{grid-column:1/-1;min-width:0}main>section:not(.wide){grid-column:auto}
section{background:var(--card);border:1px solid var(--line);border-radius:10px;padding:.9rem 1.1rem}
h2{font-size:1rem;margin:0 0 .5rem}h3{font-size:.9rem;margin:1rem 0 .3rem;color:var(--soft)}
.sub,.none,footer{color:var(--soft);font-size:.88rem}.sub{margin:.2rem 0}.none{margin:.2rem 0}
.demo{margin:0 0 .6rem;color:var(--soft);font-size:.9rem}
.verdict{display:flex;gap:.7rem;align-items:flex-start;margin:0;padding:.75rem 1rem;border-radius:10px;font-weight:600;overflow-wrap:anywhere}
.verdict span{flex:none;width:1.4rem;text-align:center}
.verdict.good{background:var(--good-bg);color:var(--good)}.verdict.warn{background:var(--warn-bg);color:var(--warn)}.verdict.bad{background:var(--bad-bg);color:var(--bad)}
form[role=search]{display:flex;gap:.6rem;align-items:center;flex-wrap:wrap}form[role=search] label{font-weight:600}
input[type=search],input[type=password],.login input{flex:1 1 16rem;min-width:0;padding:.45rem .6rem;border:1px solid var(--soft);border-radius:7px;background:var(--card);color:var(--ink);font:inherit}
#q{font-family:ui-monospace,SFMono-Regular,Menlo,Consolas,monospace;font-size:.9rem}
button{padding:.45rem .9rem;border:1px solid var(--soft);border-radius:7px;background:var(--calm-bg);color:var(--ink);font:inherit;cursor:pointer}
.problem{flex-basis:100%;background:var(--bad-bg);color:var(--bad);border-radius:7px;padding:.5rem .8rem;margin:0}.problem p{margin:0 0 .3rem}.problem pre{margin:0;white-space:pre-wrap;overflow-wrap:anywhere;font-size:.85rem}
.ranges a{padding:.2rem .6rem;border-radius:7px;text-decoration:none}.ranges a[aria-current]{background:var(--calm-bg);color:var(--ink);font-weight:600}
.ranges{gap:.3rem}
.scroll{overflow-x:auto}
table{border-collapse:collapse;width:100%;font-size:.88rem}
th,td{text-align:left;vertical-align:top;padding:.32rem .9rem .32rem 0;border-bottom:1px solid var(--line);font-weight:400}
tr:last-child>*{border-bottom:0}thead th{color:var(--soft);font-size:.8rem;white-space:nowrap;font-weight:600}
.n{text-align:right;font-variant-numeric:tabular-nums;white-space:nowrap}td:last-child,th:last-child{padding-right:0}
time{white-space:nowrap;font-variant-numeric:tabular-nums}
td a,th a{text-decoration:none}td a:hover,th a:hover{text-decoration:underline}
.text{overflow-wrap:anywhere;white-space:pre-wrap;display:-webkit-box;-webkit-box-orient:vertical;-webkit-line-clamp:3;overflow:hidden;unicode-bidi:isolate}
#latest .text,code{font-family:ui-monospace,SFMono-Regular,Menlo,Consolas,monospace;font-size:.82rem}
.path{overflow-wrap:anywhere}
ul.alerts{list-style:none;margin:0;padding:0}.alerts li{display:flex;gap:.6rem;padding:.4rem 0;align-items:baseline;border-bottom:1px solid var(--line)}.alerts li:last-child{border:0}.alerts div{min-width:0;overflow-wrap:anywhere}.alerts p{margin:.15rem 0 0;font-size:.9rem}.alerts b{font-weight:600}
.tag{display:inline-block;padding:0 .45rem;border-radius:6px;font-size:.82rem;font-weight:600;white-space:nowrap}
.tag.bad{background:var(--bad-bg);color:var(--bad)}.tag.warn{background:var(--warn-bg);color:var(--warn)}.tag.calm{background:var(--calm-bg);color:var(--ink)}
b.bad{color:var(--bad)}
.plot{display:flex;gap:.4rem}.plot svg{flex:1;min-width:0;height:100%;display:block}.plot.tall{height:190px}.plot.low{height:64px}
.y{width:3.6rem;display:flex;flex-direction:column;justify-content:space-between;text-align:right;font-size:.75rem;color:var(--soft);line-height:1;font-variant-numeric:tabular-nums}
.x{display:flex;justify-content:space-between;margin-left:4rem;font-size:.75rem;color:var(--soft);font-variant-numeric:tabular-nums}
.grid{stroke:var(--line);stroke-width:1;vector-effect:non-scaling-stroke;fill:none}.slot{fill:transparent}g:hover .slot{fill:var(--calm-bg)}
.c0{fill:var(--c0)}.c1{fill:var(--c1)}.c2{fill:var(--c2)}.c3{fill:var(--c3)}.c4{fill:var(--c4)}.c5{fill:var(--c5)}.c6{fill:var(--c6)}rect.bad{fill:var(--err)}
.legend{display:flex;flex-wrap:wrap;gap:.2rem 1rem;list-style:none;margin:.2rem 0 .6rem;padding:0;font-size:.85rem}
.key{display:inline-block;width:.75rem;height:.75rem;border-radius:3px;margin-right:.4rem;vertical-align:-1px}
.key.c0{background:var(--c0)}.key.c1{background:var(--c1)}.key.c2{background:var(--c2)}.key.c3{background:var(--c3)}.key.c4{background:var(--c4)}.key.c5{background:var(--c5)}.key.c6{background:var(--c6)}
details{margin-top:.6rem;font-size:.88rem}summary{cursor:pointer;color:var(--soft)}details .scroll{max-height:18rem;overflow:auto}
footer{padding-top:1rem}footer p{margin:.2rem 0}.control{padding-bottom:1.5rem;font-size:.88rem;color:var(--soft)}.control button{padding:.15rem .6rem}
.away main{opacity:.55}
#troubles ul{margin:0;padding-left:1.2rem;overflow-wrap:anywhere}
.login{display:block;max-width:30rem;padding-top:3rem}.login form{display:flex;gap:.6rem;align-items:center;flex-wrap:wrap}
@media(max-width:760px){main{grid-template-columns:minmax(0,1fr);gap:.7rem}main,footer,.control{padding-left:.7rem;padding-right:.7rem}section{padding:.7rem .8rem}.minor{display:none}.x span:nth-child(even){display:none}.y{width:2.6rem}.x{margin-left:3rem}th,td{padding-right:.6rem}}
@media(forced-colors:active){rect{forced-color-adjust:none}}
@media print{.control,form{display:none}}
`
