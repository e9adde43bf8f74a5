"""Make a virtual environment that holds what a lock file with hashes names, and nothing else.

    python3 scripts/venv.py LOCK VENV

It is made again when the lock or the interpreter has changed, or when an earlier
attempt ended half-way; otherwise it is left as it is. Two calls at once take
turns. Packages come from wherever pip is configured to take them from.
"""

import fcntl
import hashlib
import os
import shutil
import signal
import subprocess
import sys
import time
from pathlib import Path


def stamp(lock: Path) -> str:
    """What the environment is made of: the lock's digest and the interpreter."""
    digest = hashlib.sha256(lock.read_bytes()).hexdigest()
    return f"{digest}\n{sys.version}\n{os.path.realpath(sys.executable)}\n"


def is_made(venv: Path, want: str) -> bool:
    made = venv / "made-from"
    return made.is_file() and made.read_text() == want and (venv / "bin" / "python").exists()


def make(lock: Path, venv: Path, want: str) -> None:
    python = str(venv / "bin" / "python")
    shutil.rmtree(venv, ignore_errors=True)
    subprocess.run([sys.executable, "-m", "venv", str(venv)], check=True)
    subprocess.run(
        [python, "-m", "pip", "install", "--quiet", "--no-input", "--disable-pip-version-check"]
        + ["--require-hashes", "--requirement", str(lock)],
        check=True,
    )
    (venv / "made-from").write_text(want)


def main() -> None:
    signal.signal(signal.SIGINT, signal.SIG_DFL)
    lock, venv = (Path(arg).resolve() for arg in sys.argv[1:])
    # What is set for other environments must not lead into or out of this one.
    for name in ("PYTHONHOME", "PYTHONPATH", "PIP_TARGET", "PIP_PREFIX", "PIP_REQUIRE_VIRTUALENV"):
        os.environ.pop(name, None)
    os.environ["PIP_USER"] = "0"
    venv.parent.mkdir(parents=True, exist_ok=True)
    with open(f"{venv}.lock", "w") as guard:
        fcntl.flock(guard, fcntl.LOCK_EX)  # the kernel lets go of it, however we end
        want = stamp(lock)
        if is_made(venv, want):
            return
        start = time.monotonic()
        print(f"Installing {lock.name} into {venv} (about a minute, once) …", flush=True)
        try:
            make(lock, venv, want)
        except subprocess.CalledProcessError as error:
            hint = "" if (venv / "bin" / "pip").exists() else " (Debian and Ubuntu: is python3-venv installed?)"
            sys.exit(f"{' '.join(error.cmd)}\nended with {error.returncode}{hint}")
        print(f"Installed in {time.monotonic() - start:.0f} s.")


if __name__ == "__main__":
    main()
