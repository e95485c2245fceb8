"""yosys(1) on top of the pyosys wheel: the part of its command line that bitshed uses.

usage: yosys.py [-V] [-q] [-l LOG] [-p COMMANDS] [-s SCRIPT] [FILE...]

-V prints the version; -q keeps the log off stdout; -l writes the log to LOG instead of stdout.
FILEs come first (.ys: a script, else what the extension says), then scripts, then commands.
A failed command ends the run with status 1.
"""

import getopt
import os
import sys


def redirect_log(options):
    """Yosys logs to the C library's stdout: point it elsewhere before the library is loaded."""
    log = dict(options).get("-l")
    if log is None and ("-q", "") not in options:
        return
    flags = os.O_WRONLY | os.O_CREAT | os.O_TRUNC
    descriptor = os.open(log or os.devnull, flags, 0o644)
    os.dup2(descriptor, 1)
    os.close(descriptor)


def main(arguments):
    options, files = getopt.gnu_getopt(arguments, "Vql:p:s:")
    if ("-V", "") in options:
        from importlib.metadata import version
        from pyosys import libyosys  # noqa: F401: a library that does not load has no version

        print("Yosys %s (pyosys)" % version("pyosys"))
        return
    redirect_log(options)
    from pyosys import libyosys

    design = libyosys.Design()
    for name in files:
        if name.endswith(".ys"):
            libyosys.run_pass("script " + name, design)
        else:
            libyosys.run_frontend(name, "auto", design)
    for flag, command in [("-s", "script "), ("-p", "")]:
        for option, value in options:
            if option == flag:
                libyosys.run_pass(command + value, design)
    libyosys.log_flush()


if __name__ == "__main__":
    status = 0
    try:
        main(sys.argv[1:])
    except BaseException as failure:  # the library raises where yosys(1) would exit
        status = 1
        sys.stderr.write("ERROR: %s\n" % failure)
    sys.exit(status)
