/**
 * The hub's one style sheet. Pages use elements and a few classes: `card`, `narrow`, `grid`,
 * `button` (with `quiet`, `danger`), `badge` (with `ok`, `warn`, `bad`), `notice` (with `warn`,
 * `bad`), `soft`, `facts`, `actions`, `empty`, `copy`, `scroll`, `stack` (a table that becomes
 * cards on a phone, with `data-label` on its cells).
 */
export const style = `
:root {
  color-scheme: light dark;
  --ground: #f6f5f1; --card: #fffefb; --sunk: #efede6; --ink: #1d2125; --soft: #5d636b; --line: #dedbd1;
  --accent: #0f6358; --accent-ink: #fff; --accent-soft: #dcefeb; --focus: #0b7fae;
  --ok: #17663a; --ok-soft: #ddf1e3; --warn: #7d5200; --warn-soft: #fbedcb; --bad: #a3261c; --bad-soft: #fbe3df;
  --shadow: 0 1px 2px rgb(40 36 20 / .06), 0 8px 24px -12px rgb(40 36 20 / .14);
  --mono: ui-monospace, SFMono-Regular, Menlo, Consolas, "DejaVu Sans Mono", monospace;
}
@media (prefers-color-scheme: dark) {
  :root {
    --ground: #131517; --card: #1b1e21; --sunk: #24282c; --ink: #eceae4; --soft: #a2a7ad; --line: #33383d;
    --accent: #74d5c4; --accent-ink: #08241f; --accent-soft: #17352f; --focus: #6cc5ec;
    --ok: #86d9a4; --ok-soft: #163322; --warn: #eec36b; --warn-soft: #382a0c; --bad: #ff9d92; --bad-soft: #421a16;
    --shadow: none;
  }
}
*, ::before, ::after { box-sizing: border-box }
html { -webkit-text-size-adjust: 100% }
body { margin: 0; min-height: 100vh; background: var(--ground); color: var(--ink); font: 1rem/1.55 system-ui, -apple-system, "Segoe UI", Roboto, sans-serif; overflow-wrap: break-word }
h1, h2, h3 { line-height: 1.2; letter-spacing: -.015em; text-wrap: balance; margin: 0 0 .5rem }
h1 { font-size: 1.7rem } h2 { font-size: 1.2rem } h3 { font-size: 1rem }
p { margin: 0 0 1rem } p:last-child, ul:last-child, dl:last-child, form:last-child { margin-bottom: 0 }
ul, ol { margin: 0 0 1rem; padding-left: 1.3rem } li { margin: .2rem 0 }
a { color: var(--accent); text-underline-offset: .18em }
small, .soft { color: var(--soft) } small { font-size: .85rem }
code, pre, .copy code { font: .875em/1.5 var(--mono) }
code { overflow-wrap: anywhere }
pre { margin: 0 0 1rem; padding: .7rem .9rem; background: var(--sunk); border-radius: .5rem; overflow-x: auto }
:focus-visible { outline: 3px solid var(--focus); outline-offset: 2px; border-radius: .3rem }
.aside { position: absolute; left: -100rem }
.skip { position: absolute; left: -100rem; top: .5rem; padding: .5rem 1rem; background: var(--card); z-index: 1 }
.skip:focus { left: .5rem }

.top { display: flex; align-items: center; gap: .25rem 1.75rem; max-width: 70rem; margin: 0 auto; padding: .9rem 1.25rem; flex-wrap: wrap }
.brand { display: inline-flex; align-items: center; gap: .55rem; font-weight: 680; font-size: 1.08rem; letter-spacing: -.01em; color: var(--ink); text-decoration: none }
.brand img { display: block }
.top nav { display: flex; gap: .15rem; overflow-x: auto; scrollbar-width: none }
.top nav a { padding: .35rem .7rem; border-radius: .5rem; color: var(--soft); text-decoration: none; white-space: nowrap }
.top nav a:hover { color: var(--ink); background: var(--sunk) }
.top nav a[aria-current] { color: var(--ink); background: var(--sunk); font-weight: 600 }
.who { display: flex; align-items: center; gap: .75rem; margin: 0 0 0 auto; color: var(--soft); font-size: .9rem }
.who span { max-width: 14rem; overflow: hidden; text-overflow: ellipsis; white-space: nowrap }
main { max-width: 70rem; margin: 0 auto; padding: 1.5rem 1.25rem 4rem }
.narrow main { max-width: 35rem; padding-top: clamp(1rem, 6vh, 4rem) }
.lead { max-width: 44rem; color: var(--soft); margin-bottom: 1.75rem }

.card { background: var(--card); border: 1px solid var(--line); border-radius: .9rem; box-shadow: var(--shadow); padding: 1.5rem }
.card + .card { margin-top: 1rem }
.narrow .card { padding: clamp(1.25rem, 5vw, 2rem) }
.grid { display: grid; gap: 1rem; grid-template-columns: repeat(auto-fill, minmax(min(100%, 27rem), 1fr)) }
.grid > .card { margin: 0 }
.row { display: flex; flex-wrap: wrap; align-items: center; gap: .5rem .75rem }
.between { justify-content: space-between }

button, .button { font: inherit; font-weight: 600; line-height: 1.3; display: inline-block; cursor: pointer; text-decoration: none; text-align: center; padding: .6rem 1.1rem; border: 1px solid transparent; border-radius: .6rem; background: var(--accent); color: var(--accent-ink) }
button:hover, .button:hover { filter: brightness(1.08) }
.quiet { background: transparent; color: var(--ink); border-color: var(--line) }
.quiet:hover { background: var(--sunk); filter: none }
.danger { background: transparent; color: var(--bad); border-color: currentColor }
.danger:hover { background: var(--bad-soft); filter: none }
.small, .who button { padding: .3rem .7rem; font-size: .875rem; font-weight: 550; border-radius: .5rem }
.actions { display: flex; flex-wrap: wrap; gap: .6rem; margin: 1.5rem 0 0 }
label { font-weight: 550 }
input:not([type=checkbox], [type=hidden]), select, textarea { font: inherit; width: 100%; color: inherit; background: var(--card); border: 1px solid var(--line); border-radius: .5rem; padding: .5rem .7rem }
input[type=checkbox] { width: 1.15rem; height: 1.15rem; margin: .2rem 0 0; accent-color: var(--accent); flex: none }
fieldset { border: 0; margin: 0; padding: 0; min-width: 0 } legend { padding: 0; font-weight: 650; margin-bottom: .5rem }

.badge { display: inline-block; padding: .1rem .55rem; border-radius: 1rem; font-size: .8rem; font-weight: 600; line-height: 1.5; background: var(--sunk); color: var(--soft); white-space: nowrap }
.ok { background: var(--ok-soft); color: var(--ok) } .warn { background: var(--warn-soft); color: var(--warn) } .bad { background: var(--bad-soft); color: var(--bad) }
.notice { padding: .75rem 1rem; border-radius: .6rem; background: var(--accent-soft); margin: 0 0 1rem }
.notice.warn { background: var(--warn-soft); color: inherit } .notice.bad { background: var(--bad-soft); color: inherit }
.notice strong { display: block }
.facts { display: grid; grid-template-columns: max-content 1fr; gap: .4rem 1.25rem; margin: 0 0 1.25rem } .facts dt { color: var(--soft) } .facts dd { margin: 0; min-width: 0; overflow-wrap: anywhere }
.empty { text-align: center; padding: clamp(2rem, 8vw, 4rem) 1.5rem; color: var(--soft) } .empty h1, .empty h2 { color: var(--ink) }
.copy { display: flex; align-items: center; gap: .5rem; margin: 0 0 .75rem; padding: .35rem .35rem .35rem .8rem; background: var(--sunk); border-radius: .6rem }
.copy code { flex: 1; min-width: 0; user-select: all; overflow-x: auto; white-space: nowrap; overflow-wrap: normal; padding: .2rem 0; scrollbar-width: none }
.copy button { background: var(--card); color: var(--ink); border-color: var(--line) }
[hidden] { display: none !important }
details { border-top: 1px solid var(--line); margin-top: .75rem; padding-top: .65rem } summary { cursor: pointer; font-weight: 550 } details[open] > summary { margin-bottom: .75rem }

.people { display: grid; gap: .6rem } .people button { display: grid; grid-template-columns: 1fr auto; gap: 0 1rem; text-align: left; background: var(--card); color: var(--ink); border-color: var(--line); padding: .8rem 1rem; font-weight: 400 }
.people button:hover { border-color: var(--accent); background: var(--accent-soft); filter: none } .people strong { grid-column: 1 } .people span { grid-column: 1; color: var(--soft); font-size: .9rem } .people small { grid-column: 2; grid-row: 1 / 3; align-self: center }
.scopes { display: grid; gap: .6rem; margin-bottom: 1.25rem } .scopes label { display: flex; gap: .8rem; padding: .85rem 1rem; border: 1px solid var(--line); border-radius: .7rem; cursor: pointer; font-weight: 400 }
.scopes label:has(:checked) { border-color: var(--accent); background: var(--accent-soft) } .scopes span { min-width: 0 } .scopes small { display: block; margin-top: .2rem }
.tile { display: inline-grid; place-items: center; width: 2.1rem; height: 2.1rem; border-radius: .55rem; background: var(--accent-soft); color: var(--accent); font-size: 1.05rem }
.plain { list-style: none; padding: 0 } .plain li { margin: .35rem 0 }
.after { margin: 1rem .25rem 0; color: var(--soft); font-size: .875rem; text-align: center }
.status { color: var(--soft); font: 600 .85rem var(--mono); margin: 0 0 .4rem }

.scroll { overflow-x: auto } table { border-collapse: collapse; width: 100% } th, td { text-align: left; vertical-align: top; padding: .7rem .9rem; border-bottom: 1px solid var(--line) } th { font-size: .85rem; font-weight: 600; color: var(--soft) } tr:last-child td { border-bottom: 0 } td form { margin: 0 }
.card.table { padding: .4rem .6rem }
@media (max-width: 42rem) {
  body { font-size: .975rem }
  .top { padding: .75rem 1rem } .top nav { order: 3; width: 100%; margin: 0 -.5rem } .who span { display: none }
  main { padding: 1rem 1rem 3rem } .card { padding: 1.15rem } h1 { font-size: 1.45rem }
  .facts { grid-template-columns: 1fr; gap: 0 } .facts dd { margin-bottom: .6rem }
  .stack thead { position: absolute; left: -100rem } .stack tr { display: block; padding: .8rem 0; border-bottom: 1px solid var(--line) } .stack tr:last-child { border: 0 }
  .stack td { display: grid; grid-template-columns: 7rem 1fr; gap: .75rem; border: 0; padding: .25rem .4rem } .stack td::before { content: attr(data-label); color: var(--soft); font-size: .85rem }
  .actions .button, .actions button { flex: 1 1 auto }
}
@media (prefers-reduced-motion: no-preference) { button, .button, .people button, .scopes label { transition: background-color .12s, border-color .12s } }
@media print { .top nav, .who, .actions { display: none } }
`

/** An arch: the gate. */
export const icon = `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 32 32"><rect width="32" height="32" rx="8" fill="#0f6358"/><path fill="#fff" d="M7 26V15.5a9 9 0 0 1 18 0V26h-4V15.5a5 5 0 0 0-10 0V26z"/><circle cx="16" cy="20" r="2.2" fill="#8fe3d4"/></svg>`

/** The one script: shows the copy buttons, which without it would do nothing. */
export const copyScript = `for (const button of document.querySelectorAll('button[data-copy]')) {
  button.hidden = false
  button.addEventListener('click', async () => {
    await navigator.clipboard.writeText(button.dataset.copy)
    button.textContent = 'Copied'
    setTimeout(() => (button.textContent = 'Copy'), 1600)
  })
}
`
