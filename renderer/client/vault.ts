/** A small drawer of the browser for one text; when the browser refuses to keep it, this page remembers it. */
export interface Vault {
  readonly read: () => string | undefined
  readonly write: (value: string | undefined) => void
}

export function createVault(storage: () => Storage, key: string): Vault {
  let remembered: string | undefined
  return {
    read: () => {
      try {
        return storage().getItem(key) ?? remembered
      } catch {
        return remembered
      }
    },
    write: (value) => {
      remembered = value
      try {
        if (value === undefined) storage().removeItem(key)
        else storage().setItem(key, value)
      } catch {
        // Storage switched off: `remembered` has it until the page closes.
      }
    },
  }
}
