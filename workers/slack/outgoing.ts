/**
 * The exact text of a message, before a person sees it. Slack turns `<…>` into mentions, and into
 * links whose label hides where they lead, in Markdown messages too. So this is an allow-list: a
 * `<` stays one only in the tokens named here, which the preview lists; every other becomes
 * `&lt;`, which Slack shows as `<` and does not read again as a token.
 * Source: docs.slack.dev/messaging/formatting-message-text and /reference/block-kit/blocks/markdown-block.
 */
import { visible } from '../../shared/visible.ts'

/** What a text notifies, in order of appearance, each once. */
export interface Mentions {
  /** User ids. */
  readonly people: readonly string[]
  /** User group ids. */
  readonly groups: readonly string[]
  /** `channel`, `here`, `everyone`: as a token, or as the bare word `@channel` that some settings link. */
  readonly mass: readonly string[]
}

export interface Outgoing {
  readonly text: string
  readonly mentions: Mentions
  /** Invisible characters that were taken out, as `U+200B`, each once. */
  readonly removed: readonly string[]
  /** How many `<` were made plain. */
  readonly escaped: number
}

/** A `<` or one in disguise: HTML entities, compatibility forms; and the backslashes before it. */
const opening = /(\\*)(<|&lt;?|&#0*60;?|&#x0*3c;?|[\uFF1C\uFE64])/gi
/** Labels are dropped: Slack would show them in place of the name. */
const person = /<@([UW][A-Z0-9]{2,20})(?:\|[^<>\n]*)?>/y
const group = /<!subteam\^(S[A-Z0-9]{2,20})(?:\|[^<>\n]*)?>/y
const everybody = /<!(channel|here|everyone)(?:\|[^<>\n]*)?>/y
const channel = /<(#[CG][A-Z0-9]{2,20})(?:\|[^<>\n]*)?>/y
const autolink = /<(?:https?:\/\/|mailto:)[^\s<>|\\]+>/y
/** No token begins like this: `a < b`, `<=`, `<-`, `<3`, `<` at the end. */
const harmless = /<(?:\s+(?![\s@!#\uFE57\uFE5F\uFE6B\uFF01\uFF03\uFF20])|[\d=\-.,;:)]|$)/y
const tokenMark = /\s*[@!#\uFE57\uFE5F\uFE6B\uFF01\uFF03\uFF20]/y
const bareWord = /(?<![\p{L}\p{N}_])[@\uFE6B\uFF20](channel|here|everyone)(?![\p{L}\p{N}_])/giu

/** Makes a text safe to send and says what it notifies. Its result goes through again unchanged. */
export function outgoing(input: string): Outgoing {
  const { text, removed } = seenOnly(input)
  const people = new Set<string>()
  const groups = new Set<string>()
  const mass = new Set<string>()
  let escaped = 0
  let sent = ''
  let at = 0
  const match = (pattern: RegExp, from: number) => {
    pattern.lastIndex = from
    return pattern.exec(text)
  }
  opening.lastIndex = 0
  for (let found = opening.exec(text); found; found = opening.exec(text)) {
    const [, backslashes = '', form = ''] = found
    const start = found.index + backslashes.length
    sent += text.slice(at, start)
    at = start + form.length
    if (form !== '<') {
      const wide = !form.startsWith('&')
      sent += wide && !match(tokenMark, at) ? form : '&lt;'
      continue
    }
    const token = backslashes
      ? null
      : (noted(people, match(person, start), (id) => `<@${id}>`) ??
        noted(groups, match(group, start), (id) => `<!subteam^${id}>`) ??
        noted(mass, match(everybody, start), (word) => `<!${word}>`) ??
        noted(undefined, match(channel, start), (id) => `<${id}>`) ??
        noted(undefined, match(autolink, start)))
    if (token) {
      sent += token.text
      at = opening.lastIndex = start + token.length
    } else if (match(harmless, start)) sent += '<'
    else {
      // Markdown would read `\&lt;` as an escaped ampersand, so the last backslash goes.
      if (backslashes) sent = sent.slice(0, -1)
      sent += '&lt;'
      escaped++
    }
  }
  sent += text.slice(at)
  for (const [, word = ''] of sent.matchAll(bareWord)) mass.add(word.toLowerCase())
  return {
    text: sent,
    mentions: { people: [...people], groups: [...groups], mass: [...mass] },
    removed,
    escaped,
  }
}

function noted(
  into: Set<string> | undefined,
  match: RegExpExecArray | null,
  write?: (id: string) => string,
): { text: string; length: number } | undefined {
  if (!match) return undefined
  const [all, id = ''] = match
  into?.add(id)
  return { text: write ? write(id) : all, length: all.length }
}

/**
 * A canvas has a mention of its own, `![](@U…)`. It stays in exactly this form; any other `@U…`
 * is parted by a space, whatever Markdown is around it.
 * Source: docs.slack.dev/surfaces/canvases ("Formatting canvas content").
 */
export function outgoingCanvas(input: string): Outgoing {
  const made = outgoing(input)
  const people = new Set(made.mentions.people)
  const text = made.text.replace(
    /!\[\]\(@([UW][A-Z0-9]{2,20})\)|<@[UW][A-Z0-9]{2,20}>|@(?=[UW][A-Z0-9]{2,20})/g,
    (all, id: string | undefined) => {
      if (id !== undefined) people.add(id)
      return all === '@' ? '@ ' : all
    },
  )
  return { ...made, text, mentions: { ...made.mentions, people: [...people] } }
}

/** Judged by what stands around them (`strayJoiner`), not one by one: to drop one here could join a disguise into a mention. */
const joiners = new Set(['\u200C', '\u200D', '\uFE0F'])

/** Joiners belong between letters of the scripts that join, and inside emoji; elsewhere they only hide something. */
const strayJoiner =
  /(?<![[\p{L}\p{M}\p{Extended_Pictographic}\p{Emoji_Modifier}\uFE0F]--\p{ASCII}])[\u200C\u200D]|[\u200C\u200D](?![[\p{L}\p{M}\p{Extended_Pictographic}]--\p{ASCII}])/gv

/** Text without what nobody can see, and what that was. */
export function seenOnly(input: string): { text: string; removed: string[] } {
  const removed = new Set<string>()
  const note = (character: string) => {
    removed.add(`U+${character.codePointAt(0)?.toString(16).toUpperCase().padStart(4, '0')}`)
    return ''
  }
  const text = Array.from(input, (c) => (joiners.has(c) || visible(c) === c ? c : note(c)))
    .join('')
    .replace(/\r\n?/g, '\n')
    .replace(strayJoiner, note)
  return { text, removed: [...removed] }
}

/** A name as plain text for a closing line: nothing in it is markup. */
export const plainName = (name: string): string =>
  seenOnly(name)
    .text.replace(/[^\p{L}\p{M}\p{N} .'’+@_-]/gu, ' ')
    .replace(/@(?=channel|here|everyone)/gi, '')
    .replace(/\s+/g, ' ')
    .trim()
    .slice(0, 100)

/** The closing line of everything sent through Gatehouse: who asked, and which approval. */
export const closingLine = (who: { name: string; email: string }, approvalId: string): string =>
  `_Asked for by ${plainName(who.name)} (${plainName(who.email)}) through Gatehouse, approval ${approvalId}_`

/** The longest `markdown_text`, in UTF-16 code units. Source: docs.slack.dev/reference/methods/chat.postMessage. */
export const longestMessage = 12_000
