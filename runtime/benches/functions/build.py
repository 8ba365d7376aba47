"""Builds the functions beside this file, with the versions of the workspace's Cargo.lock, below
target/functions/."""

import json
import os
import platform
import shutil
import subprocess
import sys
import time
from pathlib import Path

HERE = Path(__file__).resolve().parent
WORKSPACE = HERE.parents[2]
TARGET = WORKSPACE / "target" / "functions"
OURS, BY_HAND, NOTHING = "stream-handler", "by-hand", "nothing"

# Cargo's default for releases, and what `cargo lambda build --release` (1.9) makes of it when the
# manifest has no profile of its own.
RELEASE, DEPLOYED = "release", "cargo-lambda"
DEPLOYED_SETTINGS = {
    "inherits": '"release"',
    "strip": '"symbols"',
    "lto": '"thin"',
    "codegen-units": "1",
    "panic": '"abort"',
}
DEPLOYED_CPU = {"x86_64": "haswell", "aarch64": "neoverse-n1"}.get(platform.machine(), "generic")


def note(text):
    print(f"functions: {text}", file=sys.stderr, flush=True)


def package(program):
    """The name of a program's package, and so of its executable."""
    return f"function-{program}"


def directory(program):
    return TARGET / "packages" / program


def prepare(programs):
    """Copies the packages, with the workspace's lock file, and downloads their dependencies.

    Without the copies, lock files would be written beside the sources.
    """
    for program in programs:
        copy = directory(program)
        shutil.rmtree(copy, ignore_errors=True)
        shutil.copytree(HERE / program, copy, ignore=shutil.ignore_patterns("target", "Cargo.lock"))
        manifest = copy / "Cargo.toml"
        runtime = json.dumps(str(WORKSPACE / "runtime"))
        manifest.write_text(manifest.read_text().replace('"../../.."', runtime))
        shutil.copy(WORKSPACE / "Cargo.lock", copy / "Cargo.lock")
        cargo(program, "fetch")
    # Cargo builds again what has changed.
    shutil.rmtree(TARGET / "bin", ignore_errors=True)


def cargo(program, *arguments, output=None, flags=""):
    """Runs Cargo in a program's package; returns the wall clock and the CPU time, in seconds."""
    environment = {
        **os.environ, "RUSTC_WRAPPER": "", "RUSTFLAGS": flags, "CARGO_TERM_QUIET": "true"
    }
    start = time.perf_counter()
    process = subprocess.Popen(
        ["cargo", *arguments], cwd=directory(program), env=environment, stdout=output
    )
    _, status, usage = os.wait4(process.pid, 0)
    wall = time.perf_counter() - start
    process.returncode = os.waitstatus_to_exitcode(status)
    if process.returncode != 0:
        sys.exit(f"cargo {' '.join(arguments)} failed in {directory(program)}")
    return wall, usage.ru_utime + usage.ru_stime


def executable(program, profile):
    """The path of a program's executable, which is built if there is none since `prepare`."""
    kept = TARGET / "bin" / f"{program}-{profile}"
    if kept.exists():
        return kept
    note(f"building {program}, {profile}")
    if profile == RELEASE:
        target = TARGET / "build"
        cargo(program, "build", "--release", "--offline", "--target-dir", str(target))
        built = target / "release" / package(program)
    else:
        # A directory of its own, since other flags make Cargo build everything again.
        target = TARGET / "build-deployed"
        settings = [f"profile.deployed.{key}={value}" for key, value in DEPLOYED_SETTINGS.items()]
        config = [part for setting in settings for part in ("--config", setting)]
        arguments = ["--profile", "deployed", *config, "--offline", "--target-dir", str(target)]
        cargo(program, "build", *arguments, flags=f"-C target-cpu={DEPLOYED_CPU}")
        built = target / "deployed" / package(program)
    kept.parent.mkdir(parents=True, exist_ok=True)
    shutil.copy(built, kept)
    return kept
