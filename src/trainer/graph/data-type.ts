/** TensorFlow's element types that the trainer uses, with their numbers in TensorFlow's types.proto. */
export const DATA_TYPE_NUMBERS = {
  float32: 1,
  int32: 3,
  uint8: 4,
  string: 7,
  int64: 9,
  bool: 10,
  bfloat16: 14,
  resource: 20,
} as const;

export type DataType = keyof typeof DATA_TYPE_NUMBERS;

/** A type that gradients flow through. */
export type FloatType = "float32" | "bfloat16";

export function isFloat(dtype: DataType): dtype is FloatType {
  return dtype === "float32" || dtype === "bfloat16";
}
