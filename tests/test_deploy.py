"""What lies ready for those who run it, as far as it can be checked here: unit, compose file, image, deployments."""

import json
import os
import re
import shutil
import socket
import subprocess
import sys
import time
import tomllib
import urllib.request
from pathlib import Path

import pytest
import yaml

from flows.codes import USAGE

ROOT = Path(__file__).parents[1]
DEPLOY = ROOT / "deploy"
BIN = Path(sys.executable).parent
COMPOSE = yaml.safe_load((DEPLOY / "compose.yaml").read_text("utf-8"))
SETTINGS = re.compile(r"\bUNMET_[A-Z_]+")
SECONDS = 180


def test_systemd_takes_the_unit(tmp_path):
    if shutil.which("systemd-analyze") is None:
        pytest.skip("no systemd-analyze here to look at the unit")
    unit = (DEPLOY / "unmet.service").read_text("utf-8")
    here = unit.replace("/opt/unmet/.venv/bin", str(tmp_path)).replace("/opt/unmet", str(ROOT))
    assert here.count(str(tmp_path)) == 1
    (tmp_path / "unmet").write_text("#!/bin/sh\n")
    (tmp_path / "unmet").chmod(0o755)
    (tmp_path / "unmet.service").write_text(here)
    done = subprocess.run(
        ["systemd-analyze", "verify", "--man=no", str(tmp_path / "unmet.service")],
        capture_output=True, text=True, check=False, timeout=60,
    )  # fmt: skip
    assert (done.returncode, done.stdout, done.stderr) == (0, "", "")


def test_the_unit_starts_a_verb_that_there_is():
    (line,) = re.findall(r"^ExecStart=/opt/unmet/\.venv/bin/unmet (\S+)$", (DEPLOY / "unmet.service").read_text(), re.M)
    done = subprocess.run([sys.executable, "-m", "flows.cli", line, "--help"], cwd=ROOT, check=False, timeout=60)
    assert done.returncode == 0


def test_the_units_settings_are_settings_and_lead_to_its_own_folder():
    from data.settings import Settings

    unit = (DEPLOY / "unmet.service").read_text("utf-8")
    (folder,) = re.findall(r"^StateDirectory=(\S+)$", unit, re.M)
    written = tomllib.loads(re.sub(r"(?m)^# (?=\w+ = )", "", (DEPLOY / "unmet.toml").read_text("utf-8")))
    assert written.keys() == {"lake", "reports", "contact", "cron", "timezone"}
    told = Settings(**written)
    assert (Path(told.lake).parent, told.reports.parent) == (Path("/var/lib", folder),) * 2


def test_what_a_person_must_mend_is_not_tried_every_half_minute():
    unit = (DEPLOY / "unmet.service").read_text("utf-8")
    assert re.findall(r"^RestartPreventExitStatus=(\d+)$", unit, re.M) == [str(USAGE)]


def test_every_file_that_readme_installs_is_there():
    readme = (ROOT / "README.md").read_text("utf-8")
    installed = re.findall(r"^sudo cp (deploy/\S+) ", readme, re.M)
    assert installed == ["deploy/unmet.toml", "deploy/unmet.service"]
    for name in installed:
        assert (ROOT / name).is_file(), name
    named = set(re.findall(r"(\w+)=\$\(", readme))
    assert named == set(re.findall(r"\$\{(\w+)", (DEPLOY / "compose.yaml").read_text("utf-8")))


def test_every_setting_that_is_named_is_one():
    from data.settings import Settings

    known = {f"UNMET_{name.upper()}" for name in Settings.model_fields} | {"UNMET_HOME"}
    for file in [*DEPLOY.iterdir(), ROOT / "prefect.yaml"]:
        assert set(SETTINGS.findall(file.read_text("utf-8"))) - known == set(), file.name


def test_compose_fits_together():
    services, volumes = COMPOSE["services"], COMPOSE["volumes"]
    assert list(services) == ["database", "server", "worker"]
    for name, service in services.items():
        assert service["image"], name
        for other, needs in service.get("depends_on", {}).items():
            assert needs == {"condition": "service_healthy"}
            assert "healthcheck" in services[other], f"{name} waits for {other}, which never says that it is well"
        for volume in service.get("volumes", []):
            source = volume.split(":")[0]
            assert source in volumes or source.startswith("../"), f"{name}: {source}"
    build = services["server"]["build"]
    assert (DEPLOY / build["context"] / build["dockerfile"]).resolve() == DEPLOY / "Dockerfile"
    # whoever can reach Prefect's pages can start runs, so nobody beyond this machine can
    assert services["server"]["ports"] == ["127.0.0.1:4200:4200"]
    assert "ports" not in services["database"]
    secrets = re.findall(r"\$\{POSTGRES_PASSWORD[^}]*\}", (DEPLOY / "compose.yaml").read_text("utf-8"))
    assert len(secrets) == 2, "the password stands nowhere else"


def test_every_command_in_compose_and_image_is_there():
    image = (DEPLOY / "Dockerfile").read_text("utf-8")
    commands = [service["command"] for service in COMPOSE["services"].values() if "command" in service]
    commands.append(json.loads(re.findall(r"^CMD (.*)$", image, re.M)[0]))
    assert commands == [
        ["prefect", "server", "start", "--host", "0.0.0.0", "--port", "4200"],
        ["sh", "deploy/worker.sh"],
        ["unmet", "serve"],
    ]
    for command in commands:
        if command[0] == "sh":
            assert (ROOT / command[1]).is_file()
            assert subprocess.run(["sh", "-n", command[1]], cwd=ROOT, check=False).returncode == 0
        else:
            assert (BIN / command[0]).is_file(), command[0]
    for name in re.findall(r"^COPY (\S+) ", image, re.M):
        assert (ROOT / name).exists(), name


def test_docker_takes_the_compose_file():
    compose = ["docker", "compose"]
    if shutil.which("docker") is None or subprocess.run([*compose, "version"], capture_output=True).returncode:
        pytest.skip("no docker compose here to look at the file")
    done = subprocess.run(
        [*compose, "--file", str(DEPLOY / "compose.yaml"), "config", "--quiet"],
        env=os.environ | {"POSTGRES_PASSWORD": "x", "LAKE_OWNER": "1:1"},
        capture_output=True, text=True, check=False, timeout=60,
    )  # fmt: skip
    assert (done.returncode, done.stderr) == (0, "")


@pytest.fixture
def prefect(tmp_path):
    """`prefect` against a server of its own: (environment, what runs a command and returns what it printed)."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    clean = {k: v for k, v in os.environ.items() if not k.startswith(("UNMET_", "PREFECT_"))}
    env = clean | {
        "PATH": f"{BIN}:{os.environ['PATH']}", "PYTHONPATH": str(ROOT), "PREFECT_HOME": str(tmp_path / "prefect"),
        "PREFECT_SERVER_ANALYTICS_ENABLED": "false", "DO_NOT_TRACK": "1", "UNMET_HOME": str(ROOT), "COLUMNS": "200",
        "LAKE_OWNER": "1001:1002",
        "PREFECT_API_URL": f"http://127.0.0.1:{port}/api",
        "UNMET_LAKE": str(tmp_path / "lake"), "UNMET_REPORTS": str(tmp_path / "out"),
    }  # fmt: skip
    command = ["prefect", "server", "start", "--host", "127.0.0.1", "--port", str(port)]
    with subprocess.Popen(command, env=env, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL) as server:
        try:
            wait_for(lambda: urllib.request.urlopen(f"{env['PREFECT_API_URL']}/health", timeout=5).status == 200)
            yield env, lambda *arguments: run(env, *arguments)
        finally:
            server.terminate()


def run(env, *arguments):
    done = subprocess.run(
        ["prefect", "--no-prompt", *arguments],
        cwd=ROOT, env=env, capture_output=True, text=True, check=False, timeout=120,
    )  # fmt: skip
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


def wait_for(seen):
    until = time.monotonic() + SECONDS
    while True:
        try:
            if seen():
                return
        except OSError as e:
            last = e
        else:
            last = None
        assert time.monotonic() < until, f"not within {SECONDS} s ({last})"
        time.sleep(0.5)


def asked(env, path, body=None):
    request = urllib.request.Request(
        f"{env['PREFECT_API_URL']}{path}", json.dumps(body).encode() if body is not None else None,
        {"content-type": "application/json"},
    )  # fmt: skip
    with urllib.request.urlopen(request, timeout=10) as answer:
        return json.load(answer)


@pytest.mark.flow
def test_a_worker_runs_a_night_that_its_form_asks_for(prefect, tmp_path):
    env, command = prefect
    (tmp_path / "reviews.csv").write_text("id,body,rating\n1,It crashes.,1\n", "utf-8")
    market = tmp_path / "tiny.toml"
    market.write_text(
        'name = "T"\n[competitors.a]\nname = "A"\n[[competitors.a.exports]]\npath = "reviews.csv"\nsource = "x"\n',
        "utf-8",
    )
    command("work-pool", "create", "unmet-docker", "--type", "docker")
    command("deploy", "--name", "nightly-in-docker")
    worker = subprocess.Popen(
        ["sh", "deploy/worker.sh"], cwd=ROOT, env=env, text=True, stdout=subprocess.PIPE, stderr=subprocess.STDOUT
    )
    try:
        wait_for(lambda: len(asked(env, "/deployments/filter", {})) == 2)
        command("deployment", "run", "nightly/nightly", "--param", f"markets={json.dumps([str(market)])}")
        name = {"flow_runs": {"name": {"any_": ["nightly tiny"]}}}
        wait_for(lambda: [r["state_type"] for r in asked(env, "/flow_runs/filter", name)] == ["COMPLETED"])
    finally:
        worker.terminate()
        said, _ = worker.communicate(timeout=60)
    assert "Traceback" not in said
    names = {r["name"] for r in asked(env, "/flow_runs/filter", {}) if not r["auto_scheduled"]}
    assert names == {"nightly tiny", "mine tiny", "report tiny"}
    keys = {a["key"]: a["type"] for a in asked(env, "/artifacts/filter", {})}
    assert keys == {"report-tiny": "markdown", "gaps-tiny": "table", "coverage-tiny": "table"}
    for deployment in asked(env, "/deployments/filter", {}):
        form = deployment["parameter_openapi_schema"]["properties"]
        assert {name: field["type"] for name, field in form.items()} == {
            "markets": "array", "newcomers": "array", "tell": "boolean",
        }  # fmt: skip
        assert all(field["description"] for field in form.values())
        assert deployment["global_concurrency_limit"]["limit"] == 1
        assert deployment["concurrency_options"]["collision_strategy"] == "CANCEL_NEW"
        assert [s["schedule"]["cron"] for s in deployment["schedules"]] == ["0 3 * * *"]
        assert deployment["tags"] == ["unmet"]
    (container,) = (d["job_variables"] for d in asked(env, "/deployments/filter", {}) if "docker" in d["name"])
    assert container == {
        "image": "unmet", "image_pull_policy": "Never", "auto_remove": True, "env": {"HOME": "/tmp"},
        "container_create_kwargs": {"user": "1001:1002"},
        "volumes": [
            f"{ROOT}/data/markets:/app/data/markets:ro", f"{ROOT}/data/lake:/app/data/lake",
            f"{ROOT}/reports/out:/app/reports/out",
        ],
    }  # fmt: skip
