/** The hub's one style sheet. */
export const style = `
:root { color-scheme: light dark }
body { font: 16px/1.5 system-ui, sans-serif; margin: 0 auto; max-width: 60rem; padding: 1rem }
`

export const icon = `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 32 32"><path fill="#0f766e" d="M4 29V13a12 12 0 0 1 24 0v16h-7V14a5 5 0 0 0-10 0v15z"/></svg>`
