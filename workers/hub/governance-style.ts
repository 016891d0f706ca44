/** What the pages for approvals, audit and administration add to the style sheet. */
export const governanceStyle = `
.shown { white-space: pre-wrap; overflow-wrap: anywhere }
.inbox { margin-top: 2rem } .inbox h2 .badge { vertical-align: .15em; margin-left: .25rem }
.list { list-style: none; padding: .25rem 1.25rem; margin: 0 } .list li { margin: 0; padding: .85rem 0; border-bottom: 1px solid var(--line) } .list li:last-child { border: 0 } .list a { font-weight: 600; color: var(--ink); text-decoration: none; overflow-wrap: anywhere } .list a:hover { text-decoration: underline } .list p { margin: .35rem 0 0; font-size: .875rem }
ins { text-decoration: none; background: var(--ok-soft); color: var(--ok) } del { background: var(--bad-soft); color: var(--bad) }
pre.diff { white-space: pre-wrap; overflow-wrap: anywhere; max-height: 36rem; overflow-y: auto } pre.diff ins, pre.diff del { display: block }
table.diff { margin-bottom: 1rem } table.diff td { font: .875em/1.5 var(--mono) } table.diff td ins, table.diff td del { display: inline-block; max-width: 100%; max-height: 20rem; overflow-y: auto; padding: 0 .3rem; border-radius: .25rem; margin-right: .3rem } tbody th { white-space: nowrap } tr:last-child th[scope=row] { border-bottom: 0 } .scroll td .shown { display: inline-block; min-width: min-content; max-width: 22rem; overflow-wrap: break-word; word-break: normal } .shown + .badge { white-space: normal }
.decide { border-color: var(--accent) } .decide textarea { margin-top: .35rem; resize: vertical }
.filters { display: grid; grid-template-columns: repeat(auto-fit, minmax(9.25rem, 1fr)); gap: .75rem 1rem; align-items: end } .filters label { display: grid; gap: .25rem; font-size: .875rem; min-width: 0 } .filters input, .filters select { min-width: 0 } .filters .actions { margin: 0; grid-column: 1 / -1 } .filters input, .filters select { height: 2.5rem }
.charts { display: grid; grid-template-columns: repeat(auto-fit, minmax(min(100%, 20rem), 1fr)); gap: 1rem; margin: 1rem 0 } .charts > * { margin: 0 !important }
.chart { display: block; width: 100%; height: auto; font: 13px system-ui, sans-serif } .chart text { fill: var(--soft) } .chart .axis { stroke: var(--line) } .chart .c-ok { fill: var(--accent) } .chart .c-warn { fill: #c98500 } .chart .c-bad { fill: var(--bad) } .chart path { fill: none; stroke-width: 2; stroke-linejoin: round } .chart .l-1 { stroke: var(--accent) } .chart .l-2 { stroke: #c98500 } .chart .dot-1 { fill: var(--accent) } .chart .dot-2 { fill: #c98500 }
.legend { display: flex; flex-wrap: wrap; gap: .2rem 1rem; font-size: .85rem; color: var(--soft); margin: 0 0 .5rem } .legend span::before { content: ""; display: inline-block; width: .7rem; height: .7rem; border-radius: .2rem; margin-right: .4rem } .legend .k-ok::before { background: var(--accent) } .legend .k-warn::before { background: #c98500 } .legend .k-bad::before { background: var(--bad) }
.hash { font: .8rem/1.4 var(--mono); overflow-wrap: anywhere } .chain { display: grid; gap: .75rem; margin: 1.5rem 0 } .chain .card { margin: 0 } .chain .here { border-color: var(--accent) }
.dense td, .dense th { padding: .45rem .6rem; font-size: .9rem } .dense td:first-child, .took { white-space: nowrap }
.two { display: grid; gap: 1rem; grid-template-columns: repeat(auto-fit, minmax(min(100%, 26rem), 1fr)); align-items: start; margin-bottom: 1rem } .two > .card { margin: 0 } .fields { display: grid; gap: .75rem; align-content: start } .fields p, .fields h2 { margin: 0 } .fields label input, .fields label select { margin-top: .25rem } .fields input, .fields select, .filters input, .filters select { font-weight: 400 } .card .list { padding: 0 }
main > h2 { margin-top: 2rem } main > details { margin-bottom: 1rem } .two + .card, .card.table + .card { margin-top: 1rem } .lead + .two, .lead + .filters { margin-top: 0 }
@media (max-width: 42rem) {
  .stack thead { display: block; width: 1px; height: 1px; overflow: hidden }
  .stack tbody th { display: block; border: 0; padding: .25rem .4rem; color: var(--ink); white-space: normal }
  .events td { display: inline; padding: 0 } .events td::before { content: none } .events td:empty { display: none } .events tr { display: flex; flex-wrap: wrap; gap: .15rem .6rem; padding: .7rem .4rem } .events .about { flex-basis: 100% }
  .decide .actions button { padding: .85rem 1rem } .list { padding: 0 1rem } .dense td:first-child { white-space: normal }
}
`
