#!/bin/bash
# Round 1 of the study digits-grid has ended, by bsweep 0.1.0.

workspace='/storage2/fs1/lab/Active/sweep'
export BSWEEP_WORKSPACE="$workspace"
cd -- "$workspace" || exit 5

# In the image, or where there is none: counts what the round has left.
if [[ "${1:-}" == --count ]]; then
  # The environment of whoever submits comes along into the container: these would mislead its programs.
  unset LD_LIBRARY_PATH LD_PRELOAD NODE_OPTIONS NODE_EXTRA_CA_CERTS PYTHONPATH
  container_path='/usr/local/bin:/usr/bin:/bin'
  export PATH="${BSWEEP_PATH:-$container_path}"
  program='bsweep'
  exec "${BSWEEP:-$program}" notice --manifest 'jobs/digits-grid/round-001/array-03.trials.jsonl'
fi

notice="$('srun' '--ntasks=1' '--cpus-per-task=1' '--container-image=ghcr.io#lab/bsweep:sha256:0123' '--container-mounts=/storage2/fs1/lab/Active/sweep:/storage2/fs1/lab/Active/sweep' '--container-workdir=/storage2/fs1/lab/Active/sweep' bash '/storage2/fs1/lab/Active/sweep/jobs/digits-grid/round-001/notify.sh' --count 2> /dev/null)" ||
  notice='Round 1 of the study digits-grid has ended'
look="cd $(printf '%q' "$workspace") && bsweep status $(printf '%q' 'study.yaml')"
printf '%s\n' "" "$notice" "" "Look: $look" ""

# Slurm mails a subject alone, in which the job's name stands.
subject="$(LC_ALL=C tr -cd 'A-Za-z0-9 .,:_+-' <<< "$notice, see: bsweep status "'study.yaml')"
scontrol update JobId="$SLURM_JOB_ID" JobName="${subject:0:200}" || true
