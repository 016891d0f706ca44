/** An answer's budget: 20,000 tokens at four characters a token. */
export const budgetChars = 80_000
/** What the frame around an answer (boundary, note, cursor) may add. */
const reservedChars = 1_200
/** Texts are cut to this first, among the items of a list and without one. */
const longestText = { inList: 16_000, alone: 64_000 }
const shortestText = 100

export interface Fitted {
  readonly answer: Record<string, unknown>
  /** How many items of the list were kept, or undefined when all were. */
  readonly kept: number | undefined
  /** Whether anything else was cut: a text, or a list within. */
  readonly clipped: boolean
}

/**
 * Fits an answer into the budget: very long texts are cut with a mark that says by how much, then
 * the list is cut to what fits. A list cut to nothing would hide that there is something, so the
 * first item's texts are cut until it fits. What is still too large has its inner lists and records
 * cut as well, so whatever a system answers, the result is within the budget.
 * @param size characters of the answer as JSON, where the caller knows already
 */
export function fitToBudget(
  answer: Record<string, unknown>,
  list: string | undefined,
  size = JSON.stringify(answer).length,
): Fitted {
  const limit = budgetChars - reservedChars
  if (size <= limit) return { answer, kept: undefined, clipped: false }
  const items = list === undefined ? undefined : answer[list]
  const start = items === undefined ? longestText.alone : longestText.inList
  for (let longest = start; longest >= 2 * shortestText; longest /= 2) {
    const clipped = clip(answer, longest) as Record<string, unknown>
    if (JSON.stringify(clipped).length <= limit)
      return { answer: clipped, kept: undefined, clipped: true }
    if (list === undefined || !Array.isArray(items)) continue
    const kept = fittingItems(clipped, list, limit)
    if (kept > 0) {
      const some = (clipped[list] as unknown[]).slice(0, kept)
      return {
        answer: { ...clipped, [list]: some },
        kept,
        clipped: !same(some, items.slice(0, kept)),
      }
    }
  }
  const one = Array.isArray(items) && list !== undefined ? { [list]: items.slice(0, 1) } : {}
  const short = clip({ ...answer, ...one }, shortestText)
  const kept = Array.isArray(items) ? Math.min(1, items.length) : undefined
  for (let most = 1_024; ; most /= 2) {
    const thinned = thin(short, most) as Record<string, unknown>
    if (most === 1 || JSON.stringify(thinned).length <= limit)
      return { answer: thinned, kept, clipped: true }
  }
}

const same = (a: unknown, b: unknown) => JSON.stringify(a) === JSON.stringify(b)

function fittingItems(answer: Record<string, unknown>, list: string, limit: number): number {
  let size = JSON.stringify({ ...answer, [list]: [] }).length
  const items = answer[list] as unknown[]
  for (const [index, item] of items.entries()) {
    size += JSON.stringify(item).length + 1
    if (size > limit) return index
  }
  return items.length
}

/** Cuts every text longer than `longest` characters, never inside a surrogate pair. */
function clip(value: unknown, longest: number): unknown {
  if (typeof value === 'string') {
    if (value.length <= longest) return value
    const cut = value.slice(0, longest).replace(/[\uD800-\uDBFF]$/, '')
    return `${cut}…[+${value.length - cut.length} characters]`
  }
  if (Array.isArray(value)) return value.map((item) => clip(item, longest))
  if (typeof value !== 'object' || value === null) return value
  return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, clip(item, longest)]))
}

/** Cuts every list and record to its first `most` entries, and long names with them. */
function thin(value: unknown, most: number): unknown {
  if (Array.isArray(value)) return value.slice(0, most).map((item) => thin(item, most))
  if (typeof value !== 'object' || value === null) return value
  const entries = Object.entries(value).slice(0, most)
  return Object.fromEntries(
    entries.map(([key, item]) => [String(clip(key, shortestText)), thin(item, most)]),
  )
}
