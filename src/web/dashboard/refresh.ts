/**
 * Asks for the page again every five seconds and puts its live parts where they stand, so that nothing scrolls. What
 * someone is reading stays: a part with the keyboard's focus or a selection in it, opened details, a hidden window.
 */
const script = `(() => {
  const live = document.getElementById('live')
  const button = document.getElementById('pause')
  let paused = false
  let since = Date.now()
  live.hidden = false
  button.addEventListener('click', () => {
    paused = !paused
    button.textContent = paused ? RESUME : PAUSE
    button.setAttribute('aria-pressed', String(paused))
  })
  const busy = (part) => {
    const chosen = document.getSelection()
    const selected = chosen !== null && !chosen.isCollapsed && part.contains(chosen.anchorNode)
    return part.contains(document.activeElement) || selected
  }
  const put = (text) => {
    const fresh = new DOMParser().parseFromString(text.replace(/<style[^]*?<\\/style>/, ''), 'text/html')
    const main = document.querySelector('main')
    document.title = fresh.title
    for (const part of fresh.querySelectorAll('[data-live]')) {
      const old = document.getElementById(part.id)
      if (old === null) { if (part.id === 'troubles') document.getElementById('events').before(part); continue }
      if (busy(old)) continue
      for (const one of old.querySelectorAll('details[open]')) {
        const same = part.querySelector('#' + one.id)
        if (same !== null) same.open = true
      }
      const shift = [...old.querySelectorAll('.scroll')].map((one) => [one.scrollLeft, one.scrollTop])
      old.replaceWith(part)
      part.querySelectorAll('.scroll').forEach((one, i) => { if (shift[i]) [one.scrollLeft, one.scrollTop] = shift[i] })
    }
    if (fresh.getElementById('troubles') === null) document.getElementById('troubles')?.remove()
  }
  setInterval(async () => {
    if (paused || document.hidden || Date.now() - since < 4500) return
    since = Date.now()
    try {
      const answer = await fetch(location.href, { signal: AbortSignal.timeout(20000), headers: { accept: 'text/html' } })
      if (answer.ok) put(await answer.text())
      document.body.classList.toggle('away', !answer.ok)
    } catch { document.body.classList.add('away') }
  }, 1000)
})()`

/** The page's only script; without it the page loads itself again. */
export const refresh = (pause: string, resume: string): string =>
  script.replace('RESUME', JSON.stringify(resume)).replace('PAUSE', JSON.stringify(pause))
