import { flag, text, unemulated, type OptionRule } from "../grammar/options.ts";

/**
 * The options of bsub, with their sources: HELP is the help text in the library of LSF 10.1, CMD IBM's page
 * `lsf_command_ref/bsub.1`, JEE the site's own examples. What the emulator knows but does not do it refuses.
 */
export const BSUB_OPTIONS: Readonly<Record<string, OptionRule>> = {
  "-J": text("HELP, ADM job arrays"),
  "-Jd": text("HELP"),
  "-g": text("HELP, JEE"),
  "-G": text("HELP, JEE"),
  "-q": text("HELP, JEE"),
  "-n": text("HELP"),
  "-R": text("HELP, ERT, JEE"),
  "-M": text("HELP, JEE"),
  "-W": text("HELP, CMD bsub -W"),
  "-We": text("HELP"),
  "-o": text("HELP"),
  "-oo": text("HELP, JEE"),
  "-e": text("HELP"),
  "-eo": text("HELP, JEE"),
  "-i": text("HELP"),
  "-N": flag("HELP, JEE"),
  "-Ne": flag("CMD bsub -Ne"),
  "-B": flag("HELP"),
  "-u": text("HELP, JEE"),
  "-w": text("HELP, ADM job dependencies"),
  "-ti": flag("HELP"),
  "-a": text("HELP, JEE"),
  "-app": text("HELP, JEE"),
  "-sla": text("HELP, CSQ"),
  "-env": text("HELP"),
  "-gpu": text("HELP, CMD bmod -gpu, JEE"),
  "-P": text("HELP"),
  "-sp": text("HELP, JEE"),
  "-m": text("HELP, JEE"),
  "-r": flag("HELP"),
  "-rn": flag("HELP"),
  "-Q": text("HELP"),
  "-cwd": text("HELP"),
  "-H": flag("HELP"),
  "-K": flag("HELP"),
  "-I": flag("HELP"),
  "-Ip": flag("HELP"),
  "-Is": flag("HELP, JEE"),
  "-b": text("HELP"),
  "-t": text("HELP"),
  "-x": flag("HELP"),
  ...Object.fromEntries(
    "-is -c -C -clusters -csm -D -data -datagrp -eptl -f -F -freq -hostfile -jsdl -k -Lp -mig -network -nnodes -p -pack -ptl -rnc -s -S -stage -T -U -v -wa -wt -notify -json -yaml -jobaff -outdir -E -Ep -L -ext -extsched"
      .split(" ")
      .map((name) => [name, unemulated("HELP", "text")]),
  ),
  ...Object.fromEntries(
    "-ar -hl -tty -ul -XF -Z -Zs -IS -ISp -ISs"
      .split(" ")
      .map((name) => [name, unemulated("HELP")]),
  ),
};
