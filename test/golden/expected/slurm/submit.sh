#!/bin/bash
# Submits to Slurm: round 1 of the study digits-grid, 2880 trials as 2880 elements in 3 jobs or job arrays.
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

workspace='/home/me/100%/sweep'
round_folder="$workspace"/'jobs/digits-grid/round-001'
results_folder="$workspace"/'results/digits-grid/round-001'
study_file='study.yaml'
submit_folder='/home/me/100%/sweep'
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

# --- Slurm ---

scheduler=Slurm
submit_command=sbatch
watch_command="squeue --me -r"
look_command="squeue -t all -n"

# with_timeout WORD...: the scheduler's commands may wait for ever where the cluster is busy.
command -v timeout > /dev/null || fail 4 "there is no timeout on PATH" "it belongs to GNU coreutils"
with_timeout() { timeout --signal=KILL "$ask_seconds" "$@"; }

# is_silent ANSWER: whether the scheduler's daemons did not answer.
is_silent() {
  local phrase
  for phrase in 'Socket timed out' 'Unable to contact slurm' 'Connection refused' 'onnection failure' 'Zero Bytes were transmitted' 'backup controller in standby' 'Connection reset by peer' 'Unexpected message received' 'Munge encode failed' 'Protocol authentication error'; do
    if [[ "$1" == *"$phrase"* ]]; then return 0; fi
  done
  return 1
}

# fail_silent ANSWER [WHAT_NEXT]
fail_silent() {
  fail 4 "$scheduler does not answer: ${1:-nothing within $ask_seconds s}" \
    "that is the cluster's trouble: run this script again when $scheduler answers${2:-}"
}
if ! "$dry_run" && ! command -v "$submit_command" > /dev/null; then
  fail 4 "$submit_command is not on PATH" "log in to a machine of the cluster that submits jobs, or load the scheduler's profile"
fi

# --- What bsweep throttle and bsweep pause have said since this was written ---

paused_file="$workspace"/'jobs/digits-grid'/paused
limit_file="$workspace"/'jobs/digits-grid'/limit
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

# These would win over the options in the job files, and a shell inside a job has them.
for variable in "${!SBATCH_@}" "${!SLURM_@}" "${!SQUEUE_@}"; do
  if [[ "$variable" != SLURM_CONF ]]; then unset "$variable"; fi
done

# setting_of NAME: a number of slurm.conf; empty when it is not told.
setting_of() {
  if [[ "$(with_timeout scontrol show config 2> /dev/null)" =~ (^|$'\n')$1[[:blank:]]*=[[:blank:]]*([0-9]{1,9}) ]]; then
    echo "${BASH_REMATCH[2]}"
  fi
}

prepare() {
  # How long a finished job is known: accounting tells of it for ever, the controller for MinJobAge.
  memory_seconds=0
  if "$dry_run"; then return; fi
  if with_timeout sacct -X -n -S now > /dev/null 2>&1; then
    memory_seconds=518400
    look_command="sacct -a -X -S now-7days --name"
  else
    memory_seconds="$(setting_of MinJobAge)"
    memory_seconds=$((${memory_seconds:-0} * 9 / 10))
  fi
}

# ids_of TEXT: sets found to the different job ids that begin its lines.
ids_of() {
  local line
  while read -r line; do
    # A job refused for what it asks of the nodes is kept, as one that failed: there is no such job.
    if [[ "$line" == *"|FAILED|BadConstraints" || "$line" == *"|FAILED|None assigned" ]]; then continue; fi
    if [[ "$line" =~ ^([0-9]+)(_[^|]*)?\| && " ${found[*]-} " != *" ${BASH_REMATCH[1]} "* ]]; then
      found+=("${BASH_REMATCH[1]}")
    fi
  done <<< "$1"
}

# find_jobs JOB_NAME: sets found; false when the answer can be relied on neither way.
find_jobs() {
  local answer
  found=()
  # Of whomever: somebody else may have asked for it.
  answer="$(with_timeout squeue -h -t all -n "$1" -o '%F|%T|%r' 2>&1)" || {
    if is_silent "$answer"; then fail_silent "$answer"; fi
    return 1
  }
  ids_of "$answer"
  if ((${#found[@]} == 0)) && answer="$(with_timeout sacct -a -X -n -P -S now-7days --name="$1" -o JobID,State,NodeList 2> /dev/null)"; then
    ids_of "$answer"
  fi
}

job_is_known() {
  local answer
  if ! answer="$(with_timeout squeue -h -t all -j "$1" -o %F 2>&1)" && is_silent "$answer"; then fail_silent "$answer"; fi
  [[ "$answer" == "$1"* ]]
}

# find_unfinished JOB...: sets found to those that have not ended; false when nobody tells.
find_unfinished() {
  local answer list
  found=()
  list="$(IFS=, && echo "$*")"
  if ! answer="$(with_timeout squeue -h -j "$list" -o '%F|' 2>&1)"; then
    # Of several jobs it leaves out those it does not know; a single one it refuses.
    [[ "$answer" == *"Invalid job id"* ]]
    return
  fi
  ids_of "$answer"
}

# What counts against MaxSubmitJobs: running elements too.
count_pending() {
  local answer
  answer="$(with_timeout squeue --me -h -r -o %i 2> /dev/null)" || return 1
  if [[ -z "$answer" ]]; then echo 0; else wc -l <<< "$answer"; fi
}

# depend_on CANARY_JOB PREVIOUS_JOB...: the first may be empty. Slurm drops a dependency on a job it has forgotten.
depend_on() {
  local condition="${1:+afterok:$1}"
  local each previous=""
  for each in "${@:2}"; do
    if [[ "$each" != "$1" ]]; then previous+=":$each"; fi
  done
  condition+="${previous:+${condition:+,}afterany$previous}"
  dependency=()
  if [[ -n "$condition" ]]; then dependency=("--dependency=$condition"); fi
  # Without the canary the arrays end too, instead of waiting for ever.
  if [[ -n "$1" ]]; then dependency+=(--kill-on-invalid-dep=yes); fi
}

# keep_limit JOB_NAME ELEMENTS: what bsweep throttle has said wins over the job file.
keep_limit() {
  if [[ -n "$steered_limit" ]] && (($2 > 1)); then dependency+=("--array=1-$2%$steered_limit"); fi
}

show_request() {
  printf 'sbatch --parsable'
  if ((${#dependency[@]} > 0)); then printf ' %q' "${dependency[@]}"; fi
  printf ' %q' "$1"
}

ask_scheduler() { with_timeout sbatch --parsable ${dependency[@]+"${dependency[@]}"} "$1"; }

# Warnings may stand beside the id.
find_id() {
  local line
  while read -r line; do
    if [[ "$line" =~ ^([0-9]+)(\;.*)?$ ]]; then job_id="${BASH_REMATCH[1]}"; fi
  done <<< "$1"
  [[ -n "$job_id" ]]
}

# makes_wait LINE: whether sbatch says that it will ask again by and by: for two minutes, without another word.
makes_wait() { [[ "$1" == *"retrying"* ]]; }

# is_unsure ANSWER: a controller that did not answer in time may have taken the job.
is_unsure() {
  [[ "$1" == *"timed out"* || "$1" == *"Zero Bytes"* || "$1" == *"Unable to contact"* || "$1" == *"onnection"* ]]
}

# limit_of ANSWER: which limit is reached, by the first line that tells, and whose; false when none is. What sbatch says last
# is the same for all of them, and for jobs that are too large.
limit_of() {
  local line whose
  while read -r line; do
    line="${line#sbatch: error: }"
    case "$line" in
      *[!A-Za-z]*SubmitJob* | *SubmitJob*[!A-Za-z]*) continue ;;
      *Grp*SubmitJob* | *SubmitJob*PerAcc*) whose="the jobs of all who share your account or QOS" ;;
      *SubmitJob*) whose="your own jobs" ;;
      *"temporarily unable to accept job"* | *"job queue full"*) whose="MaxJobCount, the jobs of all users" ;;
      *) continue ;;
    esac
    echo "${line%%, *} ($whose)"
    return
  done <<< "$1"
  return 1
}

# never_fits ANSWER ELEMENTS: whether there is no room for so many, whoever's jobs end.
never_fits() {
  local limit
  limit="$(limit_of "$1")"
  case "$limit" in
    *"(your own jobs)") [[ "$(count_pending)" == 0 ]] ;;
    *"(MaxJobCount, "*)
      limit="$(setting_of MaxJobCount)"
      [[ -n "$limit" ]] && ((limit <= $2))
      ;;
    *) return 1 ;;
  esac
}

is_refusal() { [[ "$1" == *"error:"* ]]; }

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

# The limit holds for all arrays of the study together because each waits for all that were submitted before it, of
# whatever round: rounds may be submitted in any order. Sets previous_jobs to those that have not ended, once.
previous_known=false
find_previous_jobs() {
  local file recorded=() found=()
  if "$previous_known"; then return; fi
  previous_known=true
  # In the order of their numbers: array-100 comes after array-99.
  for file in "$workspace"/'jobs/digits-grid'/round-{???,????}/submitted/array-{??,???,????}.job; do
    if [[ -s "$file" ]]; then recorded+=("$(< "$file")"); fi
  done
  if ((${#recorded[@]} == 0)); then return; fi
  if "$dry_run"; then
    previous_jobs=("${recorded[${#recorded[@]} - 1]}")
    return
  fi
  find_unfinished "${recorded[@]}" || fail 4 "$scheduler does not tell which jobs of the study have not ended" "run this script again"
  previous_jobs=(${found[@]+"${found[@]}"})
}

# submit ARRAY JOB_NAME ELEMENTS
submit() {
  local array="$1" job_name="$2" script="$round_folder/$1"'.sbatch'
  if [[ -s "$submitted/$array.job" ]]; then
    say "$array: submitted before, job $(< "$submitted/$array.job")"
    return
  fi
  if [[ -n "$waiting" ]] || is_paused; then return; fi
  dependency=()
  find_previous_jobs
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
has_canary=false
prepare
submit array-01 digits-grid-r001-a01-0a1b2c3d 1000
submit array-02 digits-grid-r001-a02-0a1b2c3d 1000
submit array-03 digits-grid-r001-a03-0a1b2c3d 880
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
