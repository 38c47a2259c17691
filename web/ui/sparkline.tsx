const WIDTH = 96
const HEIGHT = 22

type Props = { readonly counts: readonly number[]; readonly label: string }

/** Counts over time as small bars; what they say is in the label too. */
export function Sparkline({ counts, label }: Props) {
  const most = Math.max(1, ...counts)
  const step = WIDTH / counts.length
  const points = counts.map((calls, at) => ({
    key: `${at}`,
    x: at * step,
    height: calls === 0 ? 1 : Math.max(2, (calls / most) * HEIGHT),
    calls,
  }))
  return (
    <svg role="img" aria-label={label} viewBox={`0 0 ${WIDTH} ${HEIGHT}`} className="h-[22px] w-24">
      {points.map(({ key, x, height, calls }) => (
        <rect
          key={key}
          x={x}
          y={HEIGHT - height}
          width={Math.max(1, step - 1)}
          height={height}
          className={calls === 0 ? 'fill-line' : 'fill-act'}
        />
      ))}
    </svg>
  )
}
