/**
 * Which requests of a folder depend on each other: one captures from its answer what a later one sends.
 */

/** What a request gives to others and needs from them, by the names of variables. */
export interface Link {
  /** Requests are linked within a folder. */
  readonly folderId: number
  readonly gives: readonly string[]
  readonly needs: ReadonlySet<string>
}

/** All requests in groups of those that belong together, in the order of their first ones. */
export function findGroups<T extends Link>(links: readonly T[]): T[][] {
  const leaders = links.map((_, index) => index)
  const leaderOf = (index: number): number => {
    while (leaders[index] !== index) index = leaders[index]!
    return index
  }
  const givers = new Map<string, number>()
  links.forEach(({ folderId, gives, needs }, index) => {
    for (const name of needs) {
      const giver = givers.get(`${folderId} ${name}`)
      if (giver === undefined) continue
      // The earlier leader leads both, so that a group stands where its first request does.
      const [one, other] = [leaderOf(index), leaderOf(giver)]
      leaders[Math.max(one, other)] = Math.min(one, other)
    }
    for (const name of gives) givers.set(`${folderId} ${name}`, index)
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
