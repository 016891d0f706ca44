import type { Person, Who } from './policy.ts'

/**
 * Rules found by who they are for, in the order they were written: a decision looks at the rules
 * of this person's groups, not at all of them.
 */
export class RuleIndex<R> {
  readonly #rules: R[] = []
  readonly #everyone: number[] = []
  readonly #groups = new Map<string, number[]>()
  readonly #people = new Map<string, number[]>()

  add(rule: R, who: readonly Who[]): void {
    const place = this.#rules.push(rule) - 1
    for (const one of who) {
      if (one === 'everyone') this.#everyone.push(place)
      else if ('group' in one) push(this.#groups, one.group, place)
      else push(this.#people, one.person.toLowerCase(), place)
    }
  }

  /** The rules that name this person, first written first. */
  of({ email, groups }: Person): R[] {
    const places = new Set(this.#everyone)
    for (const place of this.#people.get(email.toLowerCase()) ?? []) places.add(place)
    for (const group of groups) for (const place of this.#groups.get(group) ?? []) places.add(place)
    return [...places].sort((a, b) => a - b).flatMap((place) => this.#rules[place] ?? [])
  }
}

function push(map: Map<string, number[]>, key: string, place: number): void {
  const places = map.get(key)
  if (places) places.push(place)
  else map.set(key, [place])
}
