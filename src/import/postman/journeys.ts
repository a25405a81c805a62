/**
 * Groups the requests of a folder in which one captures what a later one sends.
 */

/** The variables that a request captures and needs. */
export interface Link {
  /** Only requests of the same folder are linked. */
  readonly folderId: number
  readonly captures: readonly string[]
  readonly needs: ReadonlySet<string>
}

/** All requests in groups of linked ones, ordered by each group's first request. */
export function findGroups<T extends Link>(links: readonly T[]): T[][] {
  const leaders = links.map((_, index) => index)
  const leaderOf = (index: number): number => {
    while (leaders[index] !== index) index = leaders[index]!
    return index
  }
  const producers = new Map<string, number>()
  links.forEach(({ folderId, captures, needs }, index) => {
    for (const name of needs) {
      const producer = producers.get(`${folderId} ${name}`)
      if (producer === undefined) continue
      // The earlier leader leads both, so that a group keeps the position of its first request.
      const [one, other] = [leaderOf(index), leaderOf(producer)]
      leaders[Math.max(one, other)] = Math.min(one, other)
    }
    for (const name of captures) producers.set(`${folderId} ${name}`, index)
  })
  const groups = new Map<number, T[]>()
  links.forEach((link, index) => {
    const leader = leaderOf(index)
    const group = groups.get(leader)
    if (group === undefined) groups.set(leader, [link])
    else group.push(link)
  })
  return [...groups.values()]
}
