/** A line of text to take along: one click selects it, and the button copies it. */
export function Copyable({ text, label }: { readonly text: string; readonly label: string }) {
  return (
    <div class="copy">
      <code tabindex={0}>{text}</code>
      <button
        type="button"
        class="small"
        data-copy={text}
        aria-label={`Copy ${label}`}
        aria-live="polite"
        hidden
      >
        Copy
      </button>
    </div>
  )
}
