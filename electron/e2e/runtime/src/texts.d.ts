// What build.ts puts in: the scripts that run in a page, and the names of Electron's members.
declare module 'eoc:surface' {
  import type { Surface } from '../surface.ts'
  const surface: Surface
  export default surface
}
declare module 'eoc:*' {
  const text: string
  export default text
}
