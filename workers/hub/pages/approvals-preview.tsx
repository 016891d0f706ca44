import { diffLines } from 'diff/lib/diff/line.js'
import type { Preview } from '../../../shared/tool.ts'
import { visible } from '../../../shared/visible.ts'
import { Cut, Shown, number } from './shown.tsx'

const shownRows = 50
const shownColumns = 30
const shownChanges = 200
/** Characters of a field. */
const shownField = 4_000
/** Characters of a text that are laid out; the whole is one click away. */
const shownText = 20_000
/** Unchanged lines around a changed one. */
const around = 3
/** Beyond so many edits a diff is slower than it is useful. */
const maxEdits = 2_000

/** What would happen, as the tool computed it: fields, rows or text, with what it replaces. */
export function PreviewOf({ preview }: { readonly preview: Preview }) {
  const { changes, rows, text, facts } = preview
  return (
    <>
      {changes && <Changes changes={changes} />}
      {rows && <Rows rows={rows} />}
      {text && <Text text={text} />}
      {facts && Object.keys(facts).length > 0 && (
        <dl class="facts">
          {Object.entries(facts).map(([name, value]) => (
            <>
              <dt>{visible(name)}</dt>
              <dd>
                <Shown value={value} length={500} />
              </dd>
            </>
          ))}
        </dl>
      )}
    </>
  )
}

function Changes({ changes }: { readonly changes: NonNullable<Preview['changes']> }) {
  return (
    <>
      <table class="stack diff">
        <thead>
          <tr>
            <th scope="col">Field</th>
            <th scope="col">Now</th>
            <th scope="col">Will be</th>
          </tr>
        </thead>
        <tbody>
          {changes.slice(0, shownChanges).map(({ field, from, to }) => (
            <tr>
              <th scope="row" data-label="Field">
                {visible(field.slice(0, 200))}
              </th>
              <td data-label="Now">
                {from === undefined ? <span class="soft">new</span> : <Shown value={from} />}
              </td>
              <td data-label="Will be">
                <ins>
                  <Shown value={to} length={shownField} />
                </ins>
              </td>
            </tr>
          ))}
        </tbody>
      </table>
      {changes.length > shownChanges && (
        <Cut shown={shownChanges} of={changes.length} what="fields" />
      )}
    </>
  )
}

function Rows({ rows: { columns, rows, total } }: { readonly rows: NonNullable<Preview['rows']> }) {
  const listed = rows.slice(0, shownRows)
  const order = interesting(columns.length, listed).slice(0, shownColumns)
  return (
    <>
      <div class="scroll" tabindex={0} role="region" aria-label="Rows before and after">
        <table class="stack diff">
          <thead>
            <tr>
              <th scope="col">Row</th>
              {order.map((at) => (
                <th scope="col">{nameOf(columns, at)}</th>
              ))}
            </tr>
          </thead>
          <tbody>
            {listed.map(({ before, after }) => (
              <tr>
                <th scope="row">{before ? (after ? 'changed' : 'deleted') : 'new'}</th>
                {order.map((at) => (
                  <Cell
                    name={nameOf(columns, at)}
                    before={before?.[at]}
                    after={after?.[at]}
                    has={[before !== undefined, after !== undefined]}
                  />
                ))}
              </tr>
            ))}
          </tbody>
        </table>
      </div>
      <p class="row">
        <strong>{number(total)}</strong> {total === 1 ? 'row' : 'rows'} in all
        {total > listed.length && <Cut shown={listed.length} of={total} what="rows" />}
        {columns.length > order.length && (
          <Cut shown={order.length} of={columns.length} what="columns" />
        )}
      </p>
    </>
  )
}

type RowDiff = NonNullable<Preview['rows']>['rows'][number]

const nameOf = (columns: readonly string[], at: number): string =>
  visible((columns[at] ?? '').slice(0, 100))

/** The first column, which names the row, then those that change, then the rest. */
function interesting(count: number, rows: readonly RowDiff[]): number[] {
  const places = [...Array(count).keys()]
  const changes = (at: number) =>
    at === 0 || rows.some(({ before, after }) => before && after && !same(before[at], after[at]))
  return [...places.filter(changes), ...places.filter((at) => !changes(at))]
}

const same = (a: unknown, b: unknown): boolean => JSON.stringify(a) === JSON.stringify(b)

interface CellProps {
  readonly name: string
  readonly before: unknown
  readonly after: unknown
  /** Whether the row is there before and after. */
  readonly has: readonly [before: boolean, after: boolean]
}

function Cell({ name, before, after, has: [was, is] }: CellProps) {
  return (
    <td data-label={name}>
      {was && is && same(before, after) ? (
        <Shown value={after} length={200} />
      ) : (
        <span>
          {was && (
            <del>
              <Shown value={before} length={200} />
            </del>
          )}
          {is && (
            <ins>
              <Shown value={after} length={200} />
            </ins>
          )}
        </span>
      )}
    </td>
  )
}

function Text({ text: { before, after } }: { readonly text: NonNullable<Preview['text']> }) {
  const was = before?.slice(0, shownText) ?? ''
  const is = after.slice(0, shownText)
  const parts =
    before === undefined
      ? undefined
      : diffLines(was, is, { maxEditLength: maxEdits, ignoreNewlineAtEof: true })
  return (
    <>
      {parts ? (
        <pre class="diff" tabindex={0}>
          {parts.map(({ value, added, removed }, i) => (
            <Part
              value={value}
              added={added}
              removed={removed}
              first={i === 0}
              last={i === parts.length - 1}
            />
          ))}
        </pre>
      ) : (
        <>
          {before !== undefined && (
            <pre class="diff" tabindex={0}>
              <del>{visible(was)}</del>
            </pre>
          )}
          <pre class="diff" tabindex={0}>
            {before === undefined ? visible(is) : <ins>{visible(is)}</ins>}
          </pre>
        </>
      )}
      {after.length > shownText && <Cut shown={shownText} of={after.length} what="characters" />}
    </>
  )
}

interface PartProps {
  readonly value: string
  readonly added: boolean
  readonly removed: boolean
  readonly first: boolean
  readonly last: boolean
}

/** A run of lines: new, gone, or unchanged and then only its ends. */
function Part({ value, added, removed, first, last }: PartProps) {
  const text = visible(value)
  if (added) return <ins>{text}</ins>
  if (removed) return <del>{text}</del>
  const lines = text.match(/[^\n]*\n|[^\n]+$/g) ?? []
  const [head, tail] = [first ? 0 : around, last ? 0 : around]
  const hidden = lines.length - head - tail
  if (hidden <= 2) return <>{text}</>
  return (
    <>
      {lines.slice(0, head).join('')}
      <span class="soft">{`⋯ ${number(hidden)} unchanged lines\n`}</span>
      {lines.slice(lines.length - tail).join('')}
    </>
  )
}
