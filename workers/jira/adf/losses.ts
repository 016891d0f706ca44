/**
 * What Markdown can't say of a document. `content` would be missed (a macro, a decision): a body
 * is never rewritten without it. `formatting` is how it looks (a colour, a column's width).
 * Both are named to the reader.
 */
export class Losses {
  readonly content = new Set<string>()
  readonly formatting = new Set<string>()

  get all(): string[] {
    return [...this.content, ...this.formatting]
  }
}
