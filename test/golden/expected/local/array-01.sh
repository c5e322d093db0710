#!/bin/bash
# Array 1 of 3 of round 1 of the study digits-grid, by bsweep 0.1.0.
# `bsweep local` runs it once for each element, with LSB_JOBINDEX set to 1 .. 1000.

# No container: the environment of whoever submits is the elements' own.
unset NODE_OPTIONS
export PATH="${BSWEEP_PATH:-$PATH}"

# An element sees every core of its host; it was given 1.
export OMP_NUM_THREADS=1 TF_NUM_INTRAOP_THREADS=1 TF_NUM_INTEROP_THREADS=1

# The submission's TMPDIR need not exist here.
if [[ ! -w "${TMPDIR:-/tmp}" ]]; then export TMPDIR=/tmp; fi

# Which line of the manifest is this?
index_variable=LSB_JOBINDEX
index="${!index_variable:-}"
if [[ ! "$index" =~ ^[1-9][0-9]*$ ]]; then
  echo "error: $index_variable is '$index', expected 1 to 1000: this file runs as an element of an array" >&2
  exit 2
fi

workspace='/home/me/sweep'
export BSWEEP_WORKSPACE="${BSWEEP_WORKSPACE:-$workspace}"
if ! cd -- "$BSWEEP_WORKSPACE"; then
  echo "error: the workspace cannot be entered on $HOSTNAME: is it mounted?" >&2
  exit 5
fi

program='bsweep'
exec "${BSWEEP:-$program}" trial --manifest 'jobs/digits-grid/round-001/array-01.trials.jsonl' --index "$index"
