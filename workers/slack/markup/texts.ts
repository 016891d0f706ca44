/** The texts inside any part of a message, whatever its type: what is known of a block that has no writer. */
import * as z from 'zod'
import { mrkdwnToMarkdown, type Names } from './mrkdwn.ts'

export const TextObject = z.object({ type: z.string(), text: z.string() })

export const written = ({ type, text }: z.infer<typeof TextObject>, names: Names): string =>
  type === 'mrkdwn' ? mrkdwnToMarkdown(text, names) : text

type Loose = Readonly<Record<string, unknown>>

/** Every object inside a value, in order: at most 2,000 of them and 40 levels deep. */
export function nodesOf(value: unknown, into: Loose[] = [], depth = 0): Loose[] {
  if (depth > 40 || into.length >= 2_000 || typeof value !== 'object' || value === null) return into
  if (!Array.isArray(value)) into.push(value as Loose)
  for (const inner of Object.values(value)) nodesOf(inner, into, depth + 1)
  return into
}

export const textsOf = (value: unknown, names: Names): string[] =>
  nodesOf(value).flatMap((node) => {
    const text = TextObject.safeParse(node)
    if (text.success) return [written(text.data, names)]
    return typeof node.alt_text === 'string' ? [`[image: ${node.alt_text}]`] : []
  })

/** The ids of people whom any part of a message names. */
export function peopleIn(value: unknown): string[] {
  if (typeof value === 'string') return mentioned(value)
  return nodesOf(value).flatMap((node) => [
    ...(node.type === 'user' && typeof node.user_id === 'string' ? [node.user_id] : []),
    ...(typeof node.text === 'string' ? mentioned(node.text) : []),
  ])
}

const mentioned = (text: string): string[] =>
  Array.from(text.matchAll(/<@([UW][A-Z0-9]+)/g), ([, id = '']) => id)

/** Names of channels and user groups that texts carry as labels: blocks have only the ids. */
export function labelsIn(texts: readonly string[]): Required<Pick<Names, 'channels' | 'groups'>> {
  const labels = (pattern: RegExp) =>
    new Map(
      texts.flatMap((text) =>
        Array.from(text.matchAll(pattern), ([, id = '', name = '']) => [id, name] as const),
      ),
    )
  return {
    channels: labels(/<#([CG][A-Z0-9]+)\|([^<>]+)>/g),
    groups: labels(/<!subteam\^(S[A-Z0-9]+)\|@?([^<>]+)>/g),
  }
}
