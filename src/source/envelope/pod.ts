/** A container of a pod, as the path of its log names it. */
export interface Pod {
  readonly namespace: string
  readonly name: string
  readonly uid: string | undefined
  readonly container: string
  readonly containerId: string | undefined
}

/** `<namespace>_<pod>_<uid>/<container>/<restarts>.log`; names hold no underscore. */
const directory = /([^/_]+)_([^/_]+)_([^/_]+)\/([^/]+)\/[^/]+$/
/** `<pod>_<namespace>_<container>-<id>.log`, links to the former. */
const link = /([^/_]+)_([^/_]+)_([^/]+)-([0-9a-f]{64})\.log$/

export const podOf = (path: string): Pod | undefined => {
  const linked = link.exec(path)
  if (linked !== null)
    return {
      namespace: linked[2]!,
      name: linked[1]!,
      uid: undefined,
      container: linked[3]!,
      containerId: linked[4]!,
    }
  const placed = directory.exec(path)
  if (placed === null) return undefined
  return { namespace: placed[1]!, name: placed[2]!, uid: placed[3]!, container: placed[4]!, containerId: undefined }
}
