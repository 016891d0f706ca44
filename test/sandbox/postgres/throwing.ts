/** A Worker that can't start. */
throw new Error('This Worker throws as it starts.')
