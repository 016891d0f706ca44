/**
 * How Slack reads mentions in a message, and on purpose a little more than it does: tokens in any
 * case, with hidden characters in them, in compatibility forms. Entities are not decoded before:
 * Slack does not (measured and told in a public pull request of PostHog, September 2026).
 */
import type { Workspace } from './workspace.ts'

export interface Reading {
  /** `full` and `client` link bare names; `none` doesn't. */
  readonly parse: 'none' | 'full' | 'client'
  readonly linkNames: boolean
}

/** @returns `U…`, `S…`, `channel`, `here` or `everyone` for each that the text notifies. */
export function readMentions(workspace: Workspace, text: string, reading: Reading): string[] {
  const found = new Set<string>()
  for (const spelling of [text, bare(text), bare(text).normalize('NFKC')]) {
    for (const [, token = ''] of spelling.matchAll(/<\s*([@!][^<>|]+)[^<>]*>/g)) {
      const [name = ''] = token.split('|')
      const word = name.slice(1).trim().toLowerCase()
      if (name.startsWith('@')) found.add(name.slice(1).trim().toUpperCase())
      else if (word.startsWith('subteam^')) found.add(name.slice(9).trim().toUpperCase())
      else if (['channel', 'here', 'everyone', 'group'].includes(word)) found.add(word)
    }
    if (reading.parse === 'none' && !reading.linkNames) continue
    for (const [, name = ''] of spelling.matchAll(/@([\w.-]+)/g)) {
      const word = name.toLowerCase()
      if (['channel', 'here', 'everyone', 'group'].includes(word)) found.add(word)
      for (const user of workspace.users.values()) if (user.name === word) found.add(user.id)
      for (const group of workspace.groups) if (group.handle === word) found.add(group.id)
    }
  }
  return [...found]
}

/** A canvas mentions by `![](@U…)`; here by any `@U…` at all. */
export const readCanvasMentions = (workspace: Workspace, markdown: string): string[] => [
  ...new Set([
    ...readMentions(workspace, markdown, { parse: 'none', linkNames: false }),
    ...Array.from(bare(markdown).matchAll(/@([UW][A-Z0-9]{2,})/g), ([, id = '']) => id),
  ]),
]

const bare = (text: string): string => text.replace(/(?!\s)[\p{Cf}\p{Cc}\uFE00-\uFE0F]/gu, '')

/** The blocks that Slack makes of `markdown_text`, roughly: a paragraph of texts and mentions. */
export function blocksOf(markdown: string): unknown[] {
  const elements = markdown.split(/(<[@!#][^<>]*>)/).flatMap((part): unknown[] => {
    const [, sign, name = ''] = /^<([@!#])([^<>|]*)/.exec(part) ?? []
    if (sign === '@') return [{ type: 'user', user_id: name }]
    if (sign === '#') return [{ type: 'channel', channel_id: name }]
    if (sign === '!')
      return name.startsWith('subteam^')
        ? [{ type: 'usergroup', usergroup_id: name.slice(8) }]
        : [{ type: 'broadcast', range: name }]
    return part ? [{ type: 'text', text: entities(part) }] : []
  })
  return [
    { type: 'rich_text', block_id: 'b1', elements: [{ type: 'rich_text_section', elements }] },
  ]
}

const entities = (text: string): string =>
  text.replaceAll('&lt;', '<').replaceAll('&gt;', '>').replaceAll('&amp;', '&')
