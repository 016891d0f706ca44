/** Analytics Engine as a test sees it: keeps the points, throws beyond the vendor's limits. */
export class FakeDataset {
  readonly points: { blobs: string[]; doubles: number[]; indexes: string[] }[] = []

  writeDataPoint(point: AnalyticsEngineDataPoint = {}): void {
    const blobs = (point.blobs ?? []).map(String)
    const doubles = point.doubles ?? []
    const indexes = (point.indexes ?? []).map(String)
    if (indexes.length > 1) throw new TypeError('Only one index is allowed.')
    if (indexes.some((index) => bytes(index) > 96))
      throw new TypeError('An index is over 96 bytes.')
    if (blobs.length > 20) throw new TypeError('More than 20 blobs.')
    if (blobs.reduce((sum, blob) => sum + bytes(blob), 0) > 16_384)
      throw new TypeError('The blobs are over 16 KB.')
    if (doubles.length > 20) throw new TypeError('More than 20 doubles.')
    if (!doubles.every((value) => Number.isFinite(value)))
      throw new TypeError('A double is not a number.')
    this.points.push({ blobs, doubles, indexes })
  }
}

const bytes = (text: string) => new TextEncoder().encode(text).length
