/** Part of an axis; trials outside are not selected. */
export interface Brush {
  readonly low: number;
  readonly high: number;
}

/** Where axes stand: side by side, or one below the other where there is little room. */
export interface Geometry {
  readonly width: number;
  readonly height: number;
  readonly isUpright: boolean;
  readonly point: (axis: number, position: number) => readonly [x: number, y: number];
  /** The nearest axis of a point, how far it is, and the position on it. */
  readonly locate: (x: number, y: number) => { axis: number; distance: number; position: number };
}

export function createGeometry(width: number, height: number, axes: number): Geometry {
  const isUpright = width >= 640;
  const margin = isUpright
    ? { top: 44, bottom: 20, start: 56, end: 64 }
    : { top: 30, bottom: 26, start: 24, end: 24 };
  const along =
    (isUpright ? width : height) -
    (isUpright ? margin.start + margin.end : margin.top + margin.bottom);
  const across =
    (isUpright ? height : width) -
    (isUpright ? margin.top + margin.bottom : margin.start + margin.end);
  const gap = along / Math.max(1, axes - 1);
  const first = isUpright ? margin.start : margin.top;
  return {
    ...{ width, height, isUpright },
    point: (axis, position) =>
      isUpright
        ? [first + axis * gap, margin.top + (1 - position) * across]
        : [margin.start + position * across, first + axis * gap],
    locate: (x, y) => {
      const place = ((isUpright ? x : y) - first) / gap;
      const axis = Math.min(axes - 1, Math.max(0, Math.round(place)));
      const position = isUpright ? 1 - (y - margin.top) / across : (x - margin.start) / across;
      return {
        axis,
        distance: Math.abs(place - axis) * gap,
        position: Math.min(1, Math.max(0, position)),
      };
    },
  };
}
