"""Runs an MLflow server until standard input ends, however that comes about.

Arguments: the port, and the folder for what the server keeps, which is deleted
with it. The server's processes are a group of their own, and go together.
"""
import os
import shutil
import signal
import subprocess
import sys
import threading

port, folder = sys.argv[1:]
server = subprocess.Popen(
    [sys.executable, "-m", "mlflow", "server", "--host", "127.0.0.1", "--port", port,
     "--workers", "1", "--backend-store-uri", f"sqlite:///{folder}/mlflow.db",
     "--artifacts-destination", f"{folder}/artifacts"],
    stdin=subprocess.DEVNULL, start_new_session=True, cwd=folder,
)


def stop():
    try:
        os.killpg(server.pid, signal.SIGKILL)
    except ProcessLookupError:
        pass


def until_end_of_input():
    sys.stdin.buffer.read()
    stop()


threading.Thread(target=until_end_of_input, daemon=True).start()
status = server.wait()
stop()
shutil.rmtree(folder, ignore_errors=True)
os._exit(status & 0x7F)
