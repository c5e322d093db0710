# Sourced by a script through BASH_ENV: ends the script, or notes its lines, before the commands that
# INTERRUPT_LINE (the line of the command) or INTERRUPT_COMMAND (the how-manieth, from 1) say.
# INTERRUPT_SIGNAL: KILL, TERM ...; INTERRUPT_GROUP=1: the script's process group; INTERRUPT_NOTE: a file for the lines.
# What the script starts goes free.
unset BASH_ENV
set -o functrace
interrupt_count=0
interrupt_before() {
  interrupt_count=$((interrupt_count + 1))
  if [[ -n "${INTERRUPT_NOTE:-}" ]]; then echo "$1" >> "$INTERRUPT_NOTE"; fi
  if [[ "$1" == "${INTERRUPT_LINE:-}" || "$interrupt_count" == "${INTERRUPT_COMMAND:-}" ]]; then
    unset INTERRUPT_LINE INTERRUPT_COMMAND
    kill -s "${INTERRUPT_SIGNAL:-KILL}" -- "${INTERRUPT_GROUP:+-}$$"
  fi
}
trap 'interrupt_before "$LINENO"' DEBUG
