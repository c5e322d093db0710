#!/bin/bash
# Submits to LSF: round 1 of the study small, 6 trials as 3 elements in 1 jobs or job arrays.
#
#   bash submit.sh                      submit what is not submitted yet
#   bash submit.sh --dry-run            only say what would be done
#   bash submit.sh --no-canary          do not try the first trial alone before the others
#   bash submit.sh --quiet              say only what is new; for cron
#   bash submit.sh --break-lock         go on although another submit.sh seems to be at work
#   bash submit.sh --resubmit ARRAY     there is no job of that array: submit it again
#   bash submit.sh --job ARRAY=ID       that array is job ID
#
# Run it again whenever you like, after an interruption too: no array is ever submitted twice. What was
# done stands in submitted/: array-NN.intent before a job is asked for, array-NN.job with its id after.
# It ends with 0 when all is submitted, 75 when the rest has to wait for room in the queue, 4 when the
# scheduler refuses or does not answer, 6 when it has to ask. It needs bash and the scheduler's own commands.
# Written by bsweep 0.1.0; its template can be overridden.

set -euo pipefail
unset CDPATH
# What a job leaves in the environment of a shell inside it must not become another job's.
unset BSWEEP BSWEEP_PATH BSWEEP_WORKSPACE BSWEEP_INSIDE BSWEEP_LOG

workspace='/storage2/fs1/lab/Active/sweep'
round_folder="$workspace"/'jobs/small/round-001'
results_folder="$workspace"/'results/small/round-001'
study_file='study.yaml'
submit_folder='/storage2/fs1/lab/Active/sweep'
submitted="$round_folder/submitted"
lock="$round_folder/submit.lock"
max_pending=0
# Longest that asking for a job may take. Nobody asks for it again before so much time has passed.
ask_seconds="${BSWEEP_ASK_SECONDS:-120}"

# printable TEXT: a scheduler's answer cannot rewrite the terminal.
printable() { LC_ALL=C tr -d '\000-\010\013-\037\177' <<< "$1"; }

# fail STATUS MESSAGE [HINT]
fail() {
  printable "error: $2" >&2
  if [[ -n "${3:-}" ]]; then printable "hint: $3" >&2; fi
  exit "$1"
}

dry_run=false quiet=false canary=true break_lock=false
resubmit=() known_jobs=()
while (($# > 0)); do
  case "$1" in
    --dry-run) dry_run=true ;;
    --quiet) quiet=true ;;
    --no-canary) canary=false ;;
    --break-lock) break_lock=true ;;
    --resubmit)
      [[ "${2:-}" =~ ^array-[0-9]+$|^notify$ ]] || fail 2 "found '--resubmit ${2:-}', expected an array such as array-02"
      resubmit+=("$2")
      shift
      ;;
    --job)
      [[ "${2:-}" =~ ^(array-[0-9]+|notify)=[0-9]+$ ]] || fail 2 "found '--job ${2:-}', expected an array and its job such as array-02=1234"
      known_jobs+=("$2")
      shift
      ;;
    *) fail 2 "found '$1', expected nothing or one of the options at the top of this file" ;;
  esac
  shift
done

# say TEXT: what is no news stays out of cron's mail.
say() { if ! "$quiet"; then printable "$1"; fi; }
tell() { printable "$1"; }

# count NUMBER NOUN
count() { if (($1 == 1)); then echo "1 $2"; else echo "$1 $2s"; fi; }

# ask QUESTION: true when a person answers yes.
ask() {
  local answer=""
  [[ -t 0 && -t 2 ]] || return 1
  read -r -p "$1 [y/N] " answer || return 1
  [[ "$answer" == [yY]* ]]
}

# The job files hold absolute paths, so a round works only where it was generated.
here="$(cd -- "$(dirname -- "$0")" && pwd -L)"
if [[ ! "$here" -ef "$round_folder" ]]; then
  fail 5 "this round was generated in $round_folder and now stands in $here" "generate it again: bsweep generate"
fi

# --- LSF ---

scheduler=LSF
submit_command=bsub
job_group='/h.schroeder/bsweep/small-WORKSPACE'
watch_command="bjobs -A -g $job_group"
look_command="bhist -a -J"
# LSF keeps a finished job in memory for CLEAN_PERIOD, an hour by default: half of it is sure.
memory_seconds=1800

# with_timeout WORD...: the scheduler's commands may wait for ever where the cluster is busy.
command -v timeout > /dev/null || fail 4 "there is no timeout on PATH" "it belongs to GNU coreutils"
with_timeout() { timeout --signal=KILL "$ask_seconds" "$@"; }

# is_silent ANSWER: whether the scheduler's daemons did not answer.
is_silent() {
  local phrase
  for phrase in 'LSF is down' 'Cannot connect to LSF' 'daemon not responding' 'LIM is down' 'Failed in an LSF library call' 'Communication time out' 'Connection refused'; do
    if [[ "$1" == *"$phrase"* ]]; then return 0; fi
  done
  return 1
}

# fail_silent ANSWER [WHAT_NEXT]
fail_silent() {
  fail 4 "$scheduler does not answer: ${1:-nothing within $ask_seconds s}" \
    "that is the cluster's trouble: run this script again when $scheduler answers${2:-}"
}

# cron and some shells do not have the scheduler's commands on PATH.
profile='/opt/ibm/lsfsuite/lsf/conf/profile.lsf'
if ! command -v "$submit_command" > /dev/null && [[ -r "$profile" ]]; then
  set +eu # the profile reads variables that may not be set
  # shellcheck disable=SC1090
  source "$profile"
  set -eu
fi
if ! "$dry_run" && ! command -v "$submit_command" > /dev/null; then
  fail 4 "$submit_command is not on PATH" "log in to a machine of the cluster that submits jobs, or load the scheduler's profile"
fi

# --- What bsweep throttle and bsweep pause have said since this was written ---

paused_file="$workspace"/'jobs/small'/paused
limit_file="$workspace"/'jobs/small'/limit
steered_limit=""
if [[ -s "$limit_file" && "$(< "$limit_file")" =~ ^[1-9][0-9]*$ ]]; then
  # shellcheck disable=SC2034 # On Slurm a pool has slots instead.
  steered_limit="$(< "$limit_file")"
fi

# is_paused: whether nothing more is to be submitted.
is_paused() {
  local reason=""
  [[ -e "$paused_file" ]] || return 1
  read -r reason < "$paused_file" 2> /dev/null || true
  stop_wave "The study is paused ($reason): bsweep resume $(printf '%q' "$study_file") lets it go on."
}

# Folders of the host that the container sees. LSF's Docker wrapper reads LSF_DOCKER_... from the
# environment of bsub; in a job file they would come too late.
export LSF_DOCKER_VOLUMES='/storage2/fs1/lab/Active/sweep:/storage2/fs1/lab/Active/sweep'
# What this shell's own container was started with is not for theirs.
unset LSF_DOCKER_NETWORK LSF_DOCKER_IPC LSF_DOCKER_PORTS LSF_DOCKER_WORKDIR
# No mail for each of the elements, and no waiting where a limit of pending jobs is reached.
export LSB_JOB_REPORT_MAIL=N LSB_NTRIES=1
# bsub must answer, in the form that is read here.
unset BSUB_QUIET BSUB_STDERR LSB_JOBID_DISP_LENGTH LSB_BJOBS_FORMAT LSB_BJOBS_DISPLAY_ENH

# The job group's limit holds for all arrays of the study together. A group that exists keeps its limit,
# or running this again would undo a change made with bgmod.
prepare() {
  local answer concurrency_limit="${steered_limit:-5}"
  if "$dry_run"; then
    echo "would run: bgadd -L $concurrency_limit $job_group"
  elif answer="$(with_timeout bgadd -L "$concurrency_limit" "$job_group" 2>&1)"; then
    tell "$answer"
  elif [[ "$answer" == *[Ee]xists* ]]; then
    say "Job group $job_group exists and keeps its limit (bsweep throttle changes it)."
  elif [[ -z "$answer" ]] || is_silent "$answer"; then
    fail_silent "$answer"
  else
    fail 4 "bgadd refused the job group $job_group: $answer" "cluster.jobGroup in the study names another"
  fi
}

# ids_of TEXT: sets found to the different job ids that stand alone in its lines.
ids_of() {
  local line
  found=()
  while read -r line; do
    if [[ "$line" =~ ^([0-9]+)(\[[0-9]+\])?$ && " ${found[*]-} " != *" ${BASH_REMATCH[1]} "* ]]; then
      found+=("${BASH_REMATCH[1]}")
    fi
  done <<< "$1"
}

# find_jobs JOB_NAME: sets found; false when the answer can be relied on neither way.
find_jobs() {
  local answer
  # Of whomever: somebody else may have asked for it.
  answer="$(with_timeout bjobs -u all -a -noheader -o jobid -J "$1" 2>&1)" || true
  ids_of "$answer"
  if ((${#found[@]} > 0)) || [[ "$answer" == *"Job <$1> is not found"* ]]; then return 0; fi
  if is_silent "$answer"; then fail_silent "$answer"; fi
  return 1
}

job_is_known() {
  local found=() answer
  answer="$(with_timeout bjobs -a -noheader -o jobid "$1" 2>&1)" || true
  ids_of "$answer"
  if ((${#found[@]} == 0)) && [[ "$answer" != *"is not found"* ]] && is_silent "$answer"; then fail_silent "$answer"; fi
  [[ "${found[*]-}" == "$1" ]]
}

# find_unfinished JOB...: sets found to those that have not ended; false when nobody tells.
find_unfinished() {
  local answer line unfinished=""
  answer="$(with_timeout bjobs -a -noheader -o "jobid stat" "$@" 2>&1)" || true
  while read -r line; do
    if [[ "$line" =~ ^([0-9]+)(\[[0-9]+\])?\ +[A-Z]+$ && "$line" != *DONE && "$line" != *EXIT ]]; then
      unfinished+="${BASH_REMATCH[1]}"$'\n'
    fi
  done <<< "$answer"
  ids_of "$unfinished"
  [[ -n "$unfinished" || "$answer" =~ [0-9]\ +(DONE|EXIT) || "$answer" == *"> is not found"* ]]
}

count_pending() {
  local answer
  answer="$(with_timeout bjobs -p -noheader -o jobid 2>&1)" || true
  if [[ "$answer" =~ No\ (pending|unfinished)?\ ?job\ found ]]; then
    echo 0
  else
    grep -cE '^ *[0-9]+(\[[0-9]+\])? *$' <<< "$answer"
  fi
}

# depend_on CANARY_JOB PREVIOUS_JOB...: the first may be empty.
depend_on() {
  local condition="${1:+done($1)}"
  dependency=()
  if [[ -n "$condition" ]]; then dependency=(-w "$condition"); fi
  # Without the canary the arrays end too, instead of waiting for ever.
  if [[ -n "$1" ]]; then dependency+=(-ti); fi
}

# keep_limit JOB_NAME ELEMENTS: what bsweep throttle has said wins over the job file.
keep_limit() {
  if [[ -n "$steered_limit" ]] && (($2 > 1)); then dependency+=(-J "$1[1-$2]%$steered_limit"); fi
}

show_request() {
  printf 'bsub'
  if ((${#dependency[@]} > 0)); then printf ' %q' "${dependency[@]}"; fi
  printf ' < %q' "$1"
}

ask_scheduler() { with_timeout bsub ${dependency[@]+"${dependency[@]}"} < "$1"; }

find_id() {
  [[ "$1" =~ Job\ \<([0-9]+)\>\ is\ submitted\ to ]] && job_id="${BASH_REMATCH[1]}"
}

# makes_wait LINE: whether bsub says that it will ask again by and by.
makes_wait() { [[ "$1" == *"Please wait"* || "$1" == *"Retrying in"* || "$1" == *"query limit exceeded"* ]]; }

# An answer of LSF is one, or there is none.
is_unsure() { return 1; }

# limit_of ANSWER: which limit is reached, by the first line that tells; false when none is.
limit_of() {
  local line
  while read -r line; do
    if [[ "$line" == *"ending "*" threshold reached"* ]]; then
      echo "${line%%. *} (MAX_PEND_JOBS: of you, of your group or of all users)"
      return
    fi
  done <<< "$1"
  return 1
}

# never_fits ANSWER ELEMENTS: whether there is no room for so many, whoever's jobs end.
never_fits() {
  [[ "$(with_timeout bparams -a 2> /dev/null)" =~ MAX_PEND_JOBS[[:blank:]]*=[[:blank:]]*([0-9]{1,9})[^0-9] ]] || return 1
  ((BASH_REMATCH[1] < $2)) && [[ "$(count_pending)" == 0 ]]
}

is_refusal() { [[ "$1" == *"ot submitted"* ]]; }

# --- One submitter at a time, on whatever machine ---

# One word, whatever the environment calls this machine.
host_name="${HOSTNAME//[^A-Za-z0-9._-]/_}"
host_name="${host_name:-unnamed}"

# The owner: host, process, when the process began (so that another process of its number is not taken for it), time.
describe_self() { printf '%s %s %s %s\n' "$host_name" "$$" "$(process_start "$$")" "$(date +%FT%T%z)"; }

# process_start PID: empty for none.
process_start() {
  local line=""
  { read -r line < "/proc/$1/stat"; } 2> /dev/null || true
  line="${line##*) }"
  # shellcheck disable=SC2086
  set -- $line
  printf '%s' "${20:-}"
}

# What is known of the lock's owner, for a person.
describe_owner() {
  local host="" pid="" start="" since=""
  read -r host pid start since < <(tr -cd '[:print:]' 2> /dev/null < "$lock/owner") || true
  if [[ -z "$pid" ]]; then
    echo "of an owner that did not get to say who it is"
  elif [[ "$host" == "$host_name" && "$(process_start "$pid")" != "$start" ]]; then
    echo "process $pid on $host since $since, which has ended: it was interrupted"
  else
    echo "process $pid on $host since $since"
  fi
}

# make_lock: false while somebody else has it. Who lets go of it between two looks does not make the folder unwritable.
make_lock() {
  for _ in 1 2 3; do
    if mkdir -- "$lock" 2> /dev/null; then return; fi
    if [[ -d "$lock" ]]; then return 1; fi
  done
  fail 5 "cannot write in $round_folder"
}

take_lock() {
  mkdir -p -- "$submitted" || fail 5 "cannot write in $round_folder"
  if ! make_lock; then
    local owner
    owner="$(describe_owner)"
    if ! "$break_lock" && ! ask "Another submit.sh is at work on this round: $owner. Go on all the same?"; then
      fail 6 "another submit.sh is at work on this round: $owner" \
        "if it is at work no more: bash $(printf '%q' "$round_folder/submit.sh") --break-lock"
    fi
    # Of two that break it, one can move it away.
    mv -T -- "$lock" "$lock.broken.$$" 2> /dev/null || fail 6 "somebody else has just taken the lock" "run this script again"
    rm -rf -- "$lock.broken.$$"
    make_lock || fail 6 "somebody else has just taken the lock" "run this script again"
  fi
  trap release_lock EXIT
  trap 'exit 130' INT
  trap 'exit 143' TERM
  trap 'exit 129' HUP
  # Of two that break it at once, one may move away what the other has just made.
  if ! { describe_self > "$lock/owner.$$" && mv -- "$lock/owner.$$" "$lock/owner"; } 2> /dev/null || ! is_ours; then
    fail 6 "somebody else has just taken the lock" "run this script again"
  fi
}

# Whether the lock is still ours: somebody may have broken it while we were asking the scheduler.
is_ours() {
  local host="" pid=""
  read -r host pid _ 2> /dev/null < "$lock/owner" || true
  [[ "$host $pid" == "$host_name $$" ]]
}

release_lock() { if is_ours; then rm -rf -- "$lock"; fi; }

require_lock() {
  if ! is_ours; then
    fail 6 "the lock of this round was taken from this submit.sh" "run it again when the other one has ended"
  fi
}

# --- Each array once ---

# record ARRAY JOB: the id appears whole or not at all.
anything_new=false
record() {
  printf '%s\n' "$2" > "$submitted/$1.job.$$"
  mv -- "$submitted/$1.job.$$" "$submitted/$1.job"
  anything_new=true
}

# forget_intent ARRAY: there is no job. Whoever has taken the lock meanwhile may have asked for one.
forget_intent() {
  require_lock
  rm -f -- "$submitted/$1.intent"
}

# Who asks, for others who look: schedulers may not show the jobs of others.
submitter="$EUID $(id -un 2> /dev/null | tr -cd 'A-Za-z0-9._@+-' || true)"

# is_mine ARRAY: whether who runs this asked for its job.
is_mine() {
  local uid=""
  read -r uid _ 2> /dev/null < "$submitted/$1.user" || true
  if [[ "$uid" =~ ^[0-9]+$ ]]; then [[ "$uid" == "$EUID" ]]; else [[ -O "$submitted/$1.intent" || -O "$submitted/$1.job" ]]; fi
}

# submitter_of ARRAY: for a person.
submitter_of() {
  local uid="" name=""
  read -r uid name 2> /dev/null < "$submitted/$1.user" || true
  printf '%s' "${name:-user ${uid:-unknown}}"
}

# age_of FILE: its seconds by the clock of the file server, which all machines share.
age_of() {
  local now
  : > "$submitted/clock.$$"
  now="$(stat -c %Y -- "$submitted/clock.$$")"
  rm -f -- "$submitted/clock.$$"
  echo $((now - $(stat -c %Y -- "$1")))
}

# settle ARRAY JOB_NAME: a job was asked for, but nobody wrote down the answer. Records the job when there is one, by
# its name, which holds a random part of this round; removes the intent when there can be none; asks when it cannot know.
settle() {
  local intent="$submitted/$1.intent" age
  # Whoever asked may still be at it, until ask_seconds are over; what it has sent may be dealt with a little later.
  local in_doubt=$((ask_seconds * 3 / 2 + 1))
  age="$(age_of "$intent")"
  if ((age < in_doubt)); then
    say "$1: asked for $age s ago, without an answer; waiting until nobody can be asking any more"
    sleep $((in_doubt - age))
  fi
  found=()
  if find_jobs "$2"; then
    if ((${#found[@]} > 1)); then
      fail 4 "there are jobs ${found[*]} of one name, $2" "end all but one, then: bash submit.sh --job $1=ID"
    fi
    if ((${#found[@]} == 1)); then
      record "$1" "${found[0]}"
      tell "$1: found as job ${found[0]}"
      return
    fi
    age="$(age_of "$intent")"
    if ((age < memory_seconds)) && is_mine "$1"; then
      tell "$1: asked for $age s ago, and the scheduler knows no job of that name: there is none"
      forget_intent "$1"
      return
    fi
  fi
  if ask "$1 was asked for, and the scheduler may have forgotten its job $2. Is it sure that there is none?"; then
    forget_intent "$1"
    return
  fi
  fail 6 "$1 may or may not have been submitted$(is_mine "$1" || printf ' by %s' "$(submitter_of "$1")"): an earlier submit.sh ended in between, and $scheduler does not tell of a job $2" \
    "look with: $look_command $2
      if there is no such job: bash $(printf '%q' "$round_folder/submit.sh") --resubmit $1
      if there is one:         bash $(printf '%q' "$round_folder/submit.sh") --job $1=ID"
}

apply_answers() {
  local each
  for each in ${resubmit[@]+"${resubmit[@]}"}; do rm -f -- "$submitted/$each.intent"; done
  for each in ${known_jobs[@]+"${known_jobs[@]}"}; do record "${each%%=*}" "${each#*=}"; done
}

# The trial that the others wait for: complete, failed, or neither yet.
canary_state() {
  local verdict
  verdict="$(cat -- "$results_folder/canary" 2> /dev/null)" || true
  echo "${verdict:-waiting}"
}

canary_job() { cat -- "$submitted/array-00.job" 2> /dev/null || true; }

# canary_dependency: sets canary_id to the job that the arrays have to wait for, or to nothing.
canary_dependency() {
  local job
  canary_id=""
  job="$(canary_job)"
  if ! "$canary" || [[ -z "$job" ]]; then return; fi
  case "$(canary_state)" in
    complete) return ;;
    failed)
      fail 4 "the canary failed, so would the others: see $round_folder/logs/array-00/1.log" \
        "mend it, then: bsweep retry $(printf '%q' "$study_file"); or submit the others all the same: bash submit.sh --no-canary"
      ;;
  esac
  if job_is_known "$job"; then
    canary_id="$job"
    return
  fi
  if ! is_mine array-00; then
    fail 4 "$scheduler shows nothing of the canary's job $job, which $(submitter_of array-00) submitted: it may be alive" \
      "wait for its result; or submit the others all the same: --no-canary"
  fi
  fail 4 "the canary's job $job has ended, and its result is not there" \
    "storage may show it late: run this again; else see $round_folder/logs/array-00, or submit the others all the same: --no-canary"
}

# stop_wave REASON: the rest has to wait.
waiting=""
stop_wave() {
  waiting="$1"
  say "$1"
}

# leave_room ELEMENTS: whether so many more may wait in the queue.
leave_room() {
  local pending
  if ((max_pending == 0)); then return 0; fi
  if ! pending="$(count_pending)"; then
    fail 4 "$scheduler does not tell how many elements are waiting" "run this script again"
  fi
  if ((pending > 0 && pending + $1 > max_pending)); then
    stop_wave "$(count "$pending" element) of yours in the queue: with $1 more there would be more than the $max_pending that may wait"
    return 1
  fi
}

# Jobs that the next one waits for; of unchained arrays nobody looks at them.
previous_jobs=()

# submit ARRAY JOB_NAME ELEMENTS
submit() {
  local array="$1" job_name="$2" script="$round_folder/$1"'.bsub'
  if [[ -s "$submitted/$array.job" ]]; then
    say "$array: submitted before, job $(< "$submitted/$array.job")"
    return
  fi
  if [[ -n "$waiting" ]] || is_paused; then return; fi
  dependency=()
  if "$dry_run"; then
    canary_id=""
    if [[ "$array" != array-00 ]] && "$canary" && "$has_canary"; then canary_id="${canary_job_shown:-$(canary_job)}"; fi
    depend_on "$canary_id" ${previous_jobs[@]+"${previous_jobs[@]}"}
    keep_limit "$job_name" "$3"
    printf 'would run: %s   # %s\n' "$(show_request "$script")" "$(count "$3" element)"
    previous_jobs=("JOB_OF_$array")
    if [[ "$array" == array-00 ]]; then canary_job_shown="JOB_OF_$array"; fi
    return
  fi
  if [[ -e "$submitted/$array.intent" ]]; then
    settle "$array" "$job_name"
    if [[ -s "$submitted/$array.job" ]]; then
      previous_jobs+=("$(< "$submitted/$array.job")")
      return
    fi
  fi
  canary_id=""
  if [[ "$array" != array-00 ]]; then canary_dependency; fi
  leave_room "$3" || return 0
  depend_on "$canary_id" ${previous_jobs[@]+"${previous_jobs[@]}"}
  keep_limit "$job_name" "$3"
  mkdir -p -- "$results_folder/$array" "$round_folder/logs/$array"
  request "$array" "$job_name" "$3" ask_scheduler "$script"
}

# relay: passes the scheduler's answer on, and tells at once, and once, that it makes one wait.
relay() {
  local line told=false
  while IFS= read -r line || [[ -n "$line" ]]; do
    printf '%s\n' "$line"
    if ! "$told" && makes_wait "$line"; then
      told=true
      say "$scheduler makes this wait, up to $ask_seconds s: $line" >&3
    fi
  done
}

fewer_at_once="set a smaller maxArraySize in the site file, and generate the round again"

# stop_full LIMIT ELEMENTS: the rest waits for room. Whose jobs take it, the scheduler does not always tell.
stop_full() {
  stop_wave "$scheduler takes no more for now: $1"
  if (($2 > 1)) && [[ "$(count_pending)" == 0 ]]; then
    say "None of yours is there: others' jobs take the room, or it never has room for $2 at once; then $fewer_at_once."
  fi
}

# was_killed STATUS: a signal ended the command, or timeout did: what it said before is not its last word.
was_killed() { (($1 == 124 || ($1 > 128 && $1 < 193))); }

# request ARRAY JOB_NAME ELEMENTS WORD...: asks the scheduler for a job by running the words.
request() {
  local answer="" status=0 job_id="" limit=""
  require_lock
  # Of two submitters that hold themselves for the only one, one makes this file.
  if ! (set -o noclobber && printf '%s %s\n' "$2" "$(describe_self)" > "$submitted/$1.intent") 2> /dev/null; then
    fail 6 "another submit.sh has just asked for $1" "run this script again when it has ended"
  fi
  printf '%s\n' "$submitter" > "$submitted/$1.user"
  exec 3>&1
  answer="$(cd -- "$submit_folder" && "${@:4}" 2>&1 3>&- | relay)" || status=$?
  exec 3>&-
  if find_id "$answer" && [[ -n "$job_id" ]]; then
    record "$1" "$job_id"
    previous_jobs=("$job_id")
    tell "$1: job $job_id${3:+, $(count "$3" element)}"
    return
  fi
  limit="$(limit_of "$answer")" || limit=""
  if was_killed "$status" || is_unsure "$answer"; then
    look_again "$1" "$2" "$limit" "$status" "$answer"
  elif [[ -n "$limit" ]]; then
    forget_intent "$1"
    if never_fits "$answer" "${3:-1}"; then
      fail 4 "$scheduler never takes $(count "${3:-1}" element) at once: $limit" "$fewer_at_once"
    fi
    stop_full "$limit" "${3:-1}"
  elif ((status != 0)) && is_refusal "$answer"; then
    forget_intent "$1"
    if is_silent "${answer##*$'\n'}"; then fail_silent "$answer"; fi
    fail 4 "$scheduler refused $1: $answer" "mend it and run this script again: it goes on with $1"
  else
    look_again "$1" "$2" "" "$status" "$answer"
  fi
}

# look_again ARRAY JOB_NAME LIMIT STATUS ANSWER: nobody knows whether there is a job. Where the scheduler was full it may have
# found room at the last moment: the job is looked for by its name before anything else is asked for.
look_again() {
  if [[ -z "$3" ]]; then
    if is_silent "$5"; then fail_silent "$5" "; it looks for the job before it asks for another"; fi
    fail 4 "$scheduler ended with status $4, and its answer for $1 holds no job id: $5" \
      "run this script again: it looks for the job before it asks for another"
  fi
  say "$1: $submit_command did not come to an end within $ask_seconds s ($3); looking for its job"
  settle "$1" "$2"
  if [[ -s "$submitted/$1.job" ]]; then
    previous_jobs=("$(< "$submitted/$1.job")")
  else
    stop_full "$3" 1
  fi
}

# --- All of it ---

if ! "$dry_run"; then
  take_lock
  apply_answers
fi
has_canary=true
# Where others were submitted without it, a canary comes too late.
if [[ ! -e "$submitted/array-00.job" && ! -e "$submitted/array-00.intent" && (-e "$submitted/array-01.job" || -e "$submitted/array-01.intent") ]]; then
  canary=false
fi
prepare
if "$canary"; then submit array-00 small-r001-a00-0a1b2c3d 1; fi
submit array-01 small-r001-a01-0a1b2c3d 3
if [[ -n "$waiting" ]]; then
  say ""
  say "The rest is submitted when this script runs again: by hand, by bsweep submit --wait, or by a line of crontab -e:"
  say "*/10 * * * * bash $(printf '%q' "$round_folder/submit.sh") --quiet"
  exit 75
fi
if ! "$dry_run"; then
  say ""
  if "$anything_new"; then say "Everything is submitted."; else say "Nothing to submit: everything is."; fi
  say "Watch them:            $watch_command"
  say "When they have ended:  bsweep collect $(printf '%q' "$study_file")"
fi
