/** Moves a test's page to another address. The test environment tells of it late, or not at all; this does at once. */
export function goTo(hash: string): void {
  location.hash = hash
  dispatchEvent(new Event('hashchange'))
}
