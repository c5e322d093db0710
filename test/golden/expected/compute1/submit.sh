#!/bin/bash
# Submits round 1 of the study digits-grid to LSF: 2880 trials as 2880 elements in 3 job arrays.
#
#   bash submit.sh             submit what is not submitted yet
#   bash submit.sh --dry-run   only say what would be done
#
# Run it again whenever you like, after an interruption too: no array is ever submitted twice. What was
# done stands in submitted/: array-NN.intent before bsub is called, array-NN.job with the job id after.
# It needs bash and LSF's own commands. Written by bsweep 0.1.0; its template can be overridden.

set -euo pipefail
unset CDPATH

workspace='/storage2/fs1/lab/Active/sweep'
round_folder="$workspace"/'jobs/digits-grid/round-001'
results_folder="$workspace"/'results/digits-grid/round-001'
study_file='study.yaml'
job_group='/h.schroeder/ood'
concurrency_limit=50
lock="$round_folder/submit.lock"

# fail STATUS MESSAGE [HINT]
fail() {
  printf 'error: %s\n' "$2" >&2
  if [[ -n "${3:-}" ]]; then printf 'hint: %s\n' "$3" >&2; fi
  exit "$1"
}

dry_run=false
case "${1:-}" in
  "") ;;
  --dry-run) dry_run=true ;;
  *) fail 2 "found '$1', expected nothing or --dry-run" ;;
esac

# The job files hold absolute paths, so a round works only where it was generated.
here="$(cd -- "$(dirname -- "$0")" && pwd -L)"
if [[ ! "$here" -ef "$round_folder" ]]; then
  fail 5 "this round was generated in $round_folder and now stands in $here" "generate it again: bsweep generate"
fi

# cron and some shells do not have LSF's commands on PATH.
profile='/opt/ibm/lsfsuite/lsf/conf/profile.lsf'
if ! command -v bsub > /dev/null && [[ -r "$profile" ]]; then
  set +eu # the profile reads variables that may not be set
  # shellcheck disable=SC1090
  source "$profile"
  set -eu
fi
if ! "$dry_run" && ! command -v bsub > /dev/null; then
  fail 4 "bsub is not on PATH" "log in to a machine of the cluster that submits jobs, or load LSF's profile"
fi
# bsub may wait for ever where the cluster is busy. After a timeout nobody knows whether a job exists.
with_timeout=(command)
if command -v timeout > /dev/null; then with_timeout=(timeout 300); fi

# Folders of the host that the container sees. LSF's Docker wrapper reads LSF_DOCKER_... from the
# environment of bsub; in a job file they would come too late.
export LSF_DOCKER_VOLUMES='/storage2/fs1/lab/Active/sweep:/storage2/fs1/lab/Active/sweep'
# No mail for each of the elements, and no waiting where a limit of pending jobs is reached.
export LSB_JOB_REPORT_MAIL=N LSB_NTRIES=1
# bsub must answer, and the elements must not take these from whoever submits.
unset BSUB_QUIET BSUB_STDERR BSWEEP BSWEEP_PATH BSWEEP_WORKSPACE

# The job group's limit holds for all arrays of the study together. A group that exists keeps its limit,
# or running this again would undo a change made with bgmod.
make_job_group() {
  local answer
  if "$dry_run"; then
    echo "would run: bgadd -L $concurrency_limit $job_group"
  elif answer="$(bgadd -L "$concurrency_limit" "$job_group" 2>&1)"; then
    echo "$answer"
  elif [[ "$answer" == *[Ee]xists* ]]; then
    echo "Job group $job_group exists and keeps its limit (bgmod -L N $job_group changes it)."
  else
    fail 4 "bgadd refused the job group $job_group: $answer" "cluster.jobGroup in the study names another"
  fi
}

# record ARRAY JOB: the id appears whole or not at all.
record() {
  printf '%s\n' "$2" > "$round_folder/submitted/$1.job.tmp"
  mv -- "$round_folder/submitted/$1.job.tmp" "$round_folder/submitted/$1.job"
}

# adopt ARRAY JOB_NAME: bsub was called for this array, but nobody wrote down what it answered.
# The name holds a random part of this round, so a job of that name is the one.
adopt() {
  local answer
  answer="$(bjobs -a -noheader -o jobid -J "$2" 2> /dev/null)" || true
  if [[ "$answer" =~ (^|$'\n')[[:blank:]]*([0-9]+) ]]; then
    record "$1" "${BASH_REMATCH[2]}"
    echo "$1: found as job ${BASH_REMATCH[2]}"
    return
  fi
  fail 4 "$1 may or may not have been submitted: an earlier run ended in between, and bjobs knows no job $2" \
    "look with: bhist -a -J $2
      if there is no such job: rm $(printf '%q' "$round_folder/submitted/$1.intent")
      if there is one:         echo JOBID > $(printf '%q' "$round_folder/submitted/$1.job")
      then run this script again"
}

release_lock() { rm -r -- "$lock"; }

# submit ARRAY JOB_NAME ELEMENTS
submit() {
  local script="$round_folder/$1.bsub" answer status=0
  if [[ -s "$round_folder/submitted/$1.job" ]]; then
    echo "$1: submitted before, job $(< "$round_folder/submitted/$1.job")"
    return
  fi
  if "$dry_run"; then
    echo "would run: bsub < $(printf '%q' "$script")   # $3 elements"
    return
  fi
  if [[ -e "$round_folder/submitted/$1.intent" ]]; then
    adopt "$1" "$2"
    return
  fi
  mkdir -p -- "$results_folder/$1" "$round_folder/logs/$1"
  printf '%s\n' "$2" > "$round_folder/submitted/$1.intent"
  # The folder bsub is called from is mounted into the container.
  answer="$(cd -- '/storage2/fs1/lab/Active/sweep' && "${with_timeout[@]}" bsub < "$script" 2>&1)" || status=$?
  if [[ "$answer" =~ Job\ \<([0-9]+)\>\ is\ submitted\ to ]]; then
    record "$1" "${BASH_REMATCH[1]}"
    echo "$1: job ${BASH_REMATCH[1]}, $3 elements"
  elif [[ "$status" -ne 0 && "$answer" == *"ot submitted"* ]]; then
    rm -- "$round_folder/submitted/$1.intent"
    fail 4 "bsub refused $1: $answer" "mend it and run this script again: it goes on with $1"
  else
    fail 4 "bsub ended with status $status, and its answer for $1 holds no job id: $answer" \
      "run this script again: it looks for the job before it submits anything"
  fi
}

if ! "$dry_run"; then
  if ! mkdir -- "$lock"; then
    if [[ ! -d "$lock" ]]; then fail 5 "cannot write in $round_folder"; fi
    fail 6 "another submit.sh is at work on this round: $(cat -- "$lock/owner" || true)" \
      "if there is none any more: rm -r $(printf '%q' "$lock")"
  fi
  trap release_lock EXIT
  printf 'process %s on %s since %s\n' "$$" "$HOSTNAME" "$(date)" > "$lock/owner"
  mkdir -p -- "$round_folder/submitted"
fi

make_job_group
submit array-01 digits-grid-r001-a01-0a1b2c3d 1000
submit array-02 digits-grid-r001-a02-0a1b2c3d 1000
submit array-03 digits-grid-r001-a03-0a1b2c3d 880

if ! "$dry_run"; then
  echo
  echo "All 3 arrays are submitted."
  echo "Watch them:            bjobs -A -g $job_group"
  printf 'When they have ended:  bsweep collect %q\n' "$study_file"
fi
