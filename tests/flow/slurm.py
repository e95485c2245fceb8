"""A Slurm of one machine, for a test: munged, slurmctld and slurmd on loopback, started in a folder
of their own and stopped by the process numbers they write down. It needs no systemd and changes
nothing outside that folder. Works as root and as an ordinary user."""
import os
import pwd
import shutil
import signal
import socket
import subprocess
import tempfile
import time

PROGRAMS = ("munged", "slurmctld", "slurmd", "srun", "salloc", "sinfo", "squeue")
FOLDERS = "/usr/sbin:/sbin:/usr/bin:/bin"

CONFIGURATION = """\
ClusterName=bitshed-test
SlurmctldHost={host}(127.0.0.1)
SlurmctldPort={controller_port}
SlurmdPort={node_port}
SlurmUser={user}
SlurmdUser={user}
AuthType=auth/munge
AuthInfo=socket={folder}/munge.socket
CredType=cred/munge
StateSaveLocation={folder}/state
SlurmdSpoolDir={folder}/spool
SlurmctldPidFile={folder}/slurmctld.pid
SlurmdPidFile={folder}/slurmd.pid
SlurmctldLogFile={folder}/slurmctld.log
SlurmdLogFile={folder}/slurmd.log
ProctrackType=proctrack/linuxproc
TaskPlugin=task/none
SwitchType=switch/none
MpiDefault=none
SelectType=select/cons_tres
SelectTypeParameters=CR_CPU
JobAcctGatherType=jobacct_gather/none
AccountingStorageType=accounting_storage/none
SchedulerType=sched/backfill
SchedulerParameters=batch_sched_delay=0,sched_min_interval=0,bf_interval=1
EnforcePartLimits=ALL
ReturnToService=2
SlurmdParameters=config_overrides
CommunicationParameters=NoInAddrAny,NoCtldInAddrAny
NodeName={host} NodeAddr=127.0.0.1 CPUs={cpus} State=UNKNOWN
PartitionName=all Nodes={host} Default=YES MaxTime=INFINITE State=UP
"""


class CannotRun(Exception):
    """Slurm cannot run here, and why."""


def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def is_running(pid, program):
    try:
        with open(f"/proc/{pid}/cmdline", "rb") as file:
            return program.encode() in file.read()
    except (FileNotFoundError, ProcessLookupError):
        return False


class Slurm:
    """with Slurm(cpus) as slurm: slurm.environment() has what `srun` wants set."""

    def __init__(self, cpus):
        self.cpus = cpus
        self.folder = None
        self.programs = {name: shutil.which(name, path=FOLDERS) for name in PROGRAMS}
        missing = [name for name, path in self.programs.items() if path is None]
        if missing:
            raise CannotRun(f"{', '.join(missing)} missing: apt-get install slurm-wlm munge")

    def environment(self):
        return {**os.environ, "SLURM_CONF": os.path.join(self.folder, "slurm.conf")}

    def run(self, name, *arguments, **options):
        return subprocess.run([self.programs[name], *arguments], env=self.environment(), text=True,
                              capture_output=True, timeout=30, **options)

    def start(self, name, *arguments):
        done = self.run(name, *arguments)
        if done.returncode != 0:
            raise CannotRun(f"{name} does not start: {done.stderr.strip() or done.stdout.strip()}")

    def __enter__(self):
        try:
            self.bring_up()
        except BaseException:
            if "BITSHED_SLURM_LOGS" in os.environ:
                self.show_logs()
            self.__exit__()
            raise
        return self

    def bring_up(self):
        # slurm.conf knows no quotes, and munge wants every folder above its socket to be passable.
        self.folder = tempfile.mkdtemp(prefix="bitshed-slurm-", dir="/tmp")
        os.chmod(self.folder, 0o711)
        for name in ("state", "spool"):
            os.mkdir(os.path.join(self.folder, name))
        key = os.path.join(self.folder, "munge.key")
        with open(os.open(key, os.O_WRONLY | os.O_CREAT, 0o600), "wb") as file:
            file.write(os.urandom(128))
        host = socket.gethostname().split(".")[0]
        with open(os.path.join(self.folder, "slurm.conf"), "w") as file:
            file.write(CONFIGURATION.format(
                folder=self.folder, cpus=self.cpus, host=host, user=pwd.getpwuid(os.getuid()).pw_name,
                controller_port=free_port(), node_port=free_port()))
        at = lambda name: os.path.join(self.folder, name)
        self.start("munged", f"--socket={at('munge.socket')}", f"--key-file={key}", "--num-threads=2",
                   f"--pid-file={at('munged.pid')}", f"--log-file={at('munged.log')}",
                   f"--seed-file={at('munge.seed')}")
        self.start("slurmctld", "-c")
        self.start("slurmd", "-N", host)
        end = time.monotonic() + 20
        while time.monotonic() < end:
            if self.run("sinfo", "-h", "-o", "%t").stdout.strip() == "idle":
                return
            time.sleep(0.1)
        raise CannotRun("no node became idle: " + self.run("sinfo").stdout)

    def show_logs(self):
        for program in ("munged", "slurmctld", "slurmd"):
            path = os.path.join(self.folder, program + ".log")
            if os.path.exists(path):
                with open(path) as file:
                    print(f"---- {program}.log\n{file.read()[-3000:]}", flush=True)

    def pid(self, program):
        try:
            with open(os.path.join(self.folder, program + ".pid")) as file:
                return int(file.read())
        except (FileNotFoundError, ValueError):
            return None

    def __exit__(self, *_):
        for program in ("slurmd", "slurmctld", "munged"):
            pid = self.pid(program)
            if pid is None or not is_running(pid, program):
                continue
            os.kill(pid, signal.SIGTERM)
            end = time.monotonic() + 5
            while is_running(pid, program) and time.monotonic() < end:
                time.sleep(0.05)
            if is_running(pid, program):
                os.kill(pid, signal.SIGKILL)
        if self.folder is not None:
            shutil.rmtree(self.folder, ignore_errors=True)
