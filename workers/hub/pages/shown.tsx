import { visible } from '../../../shared/visible.ts'

/**
 * A value that somebody else wrote, as text: hidden and text-turning characters are written out
 * (‹U+202E›), long texts cut with their length. JSX escapes the rest.
 */
export function Shown({
  value,
  length = 2_000,
}: {
  readonly value: unknown
  readonly length?: number
}) {
  if (value === undefined || value === null)
    return <span class="soft">{String(value ?? 'none')}</span>
  if (value === '') return <span class="soft">empty</span>
  const text = textOf(value)
  return (
    <>
      <span class="shown">{visible(text.slice(0, length))}</span>
      {text.length > length && <Cut shown={length} of={text.length} what="characters" />}
    </>
  )
}

/** Says that what stands above is not all. */
export function Cut({
  shown,
  of,
  what,
}: {
  readonly shown: number
  readonly of: number
  readonly what: string
}) {
  return (
    <span class="badge warn">
      {number(shown)} of {number(of)} {what} shown
    </span>
  )
}

/** One line of a text for a list. */
export const shortly = (text: string, length = 160): string => {
  const line = visible(text).replaceAll(/\s+/g, ' ').trim()
  return line.length <= length ? line : `${line.slice(0, length).toWellFormed()}…`
}

export const number = (value: number): string => value.toLocaleString('en')

const textOf = (value: unknown): string =>
  (typeof value === 'string' ? value : JSON.stringify(value, undefined, 1)).toWellFormed()
