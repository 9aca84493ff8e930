/** Stands where a list will be while it is read. */
export const Skeleton = ({ label, rows }: { readonly label: string; readonly rows: number }) => (
  <div role="status" className="space-y-3">
    <span className="sr-only">{label}</span>
    {Array.from({ length: rows }, (_, row) => (
      <div key={row} className="h-20 rounded-xl border border-line bg-surface p-4">
        <div className="h-3 w-1/3 rounded bg-line motion-safe:animate-pulse" />
        <div className="mt-3 h-3 w-2/3 rounded bg-line motion-safe:animate-pulse" />
      </div>
    ))}
  </div>
)
