"""The image and what runs it: every line that can be tried without an engine for containers."""

from __future__ import annotations

import json
import os
import re
import shutil
import signal
import socket
import subprocess
import sys
import time
from pathlib import Path

import kubernetes_validate
import pytest
import requests
import yaml

from sync.config import load
from sync.health import main
from tests.architecture.project import ROOT
from tests.cli.kit import CONFIG, environment, forked
from tests.config.test_example import CONNECTORS
from tests.operations.test_notify import Systemd

KUBERNETES = ROOT / "config" / "kubernetes"
MANIFESTS = sorted(file.name for file in KUBERNETES.iterdir() if file.name != "kustomization.yaml")
USER = 10001


def instructions() -> list[tuple[str, str]]:
    """The Dockerfile, one instruction each, lines joined."""
    text = re.sub(r"\\\n\s*", "", (ROOT / "Dockerfile").read_text(encoding="utf-8"))
    return [tuple(line.split(" ", 1)) for line in text.splitlines() if line and not line.startswith("#")]


def said(word: str) -> list[str]:
    return [rest for name, rest in instructions() if name == word]


def manifest(name: str) -> dict:
    return yaml.safe_load((KUBERNETES / name).read_text(encoding="utf-8"))


def pods() -> list[dict]:
    """The pods of both ways to run it."""
    deployment, job = manifest("deployment.yaml"), manifest("cronjob.yaml")
    return [deployment["spec"]["template"]["spec"], job["spec"]["jobTemplate"]["spec"]["template"]["spec"]]


def test_the_image_is_of_two_stages_on_a_base_that_can_be_chosen():
    assert instructions()[0][0] == "ARG"
    assert said("FROM") == ["${BASE} AS build", "${BASE}"]
    assert "--require-hashes -r requirements.lock" in " ".join(said("RUN"))
    assert (said("USER"), said("STOPSIGNAL"), said("VOLUME")) == (["10001:10001"], ["SIGTERM"], ["/var/lib/tasksync"])
    assert not re.search(r"useradd[^&]*\bsync\b(?! )", " ".join(said("RUN")).replace("tasksync", ""))


def test_what_is_copied_is_there_and_is_let_through():
    ignored = (ROOT / ".dockerignore").read_text(encoding="utf-8").splitlines()
    through = {line.removeprefix("!").removesuffix("/**") for line in ignored if line.startswith("!")}
    copied = {part for line in said("COPY") if not line.startswith("--from") for part in line.split()[:-1]}
    assert copied == through
    assert all((ROOT / name).exists() for name in copied)


def test_what_the_image_starts_is_what_the_program_takes():
    entry, command = json.loads(said("ENTRYPOINT")[0]), json.loads(said("CMD")[0])
    assert entry == ["tasksync"]
    done = forked(*command[:1], "--help", cwd=Path.cwd())
    assert done.code == 0
    check = json.loads(said("HEALTHCHECK")[0].split("CMD ", 1)[1])
    assert check[:4] == ["python3", "-I", "-m", "sync.health"]
    assert (main(check[4:]), main(["https://example.com"])) == (1, 1)  # nobody is there; that is no place to ask


def test_both_configurations_for_containers_are_one_and_can_be_used(tmp_path):
    text = (ROOT / "config" / "tasksync.container.toml").read_text(encoding="utf-8")
    assert manifest("configmap.yaml")["data"]["tasksync.toml"] == text
    named = set(re.findall(r'"/run/secrets/(\w+)"', text))
    for name in named:
        (tmp_path / name).write_text("invented\n", encoding="utf-8")
    (tmp_path / "tasksync.toml").write_text(text.replace("/run/secrets", str(tmp_path)), encoding="utf-8")
    env = {"STATE_DIRECTORY": "/var/lib/tasksync"}
    config = load(tmp_path / "tasksync.toml", env=env, cwd=tmp_path, connectors=CONNECTORS)
    assert config.store.url == "sqlite:////var/lib/tasksync/tasksync.db"
    assert (config.service.listen.host, config.service.listen.port) == ("0.0.0.0", 9464)
    assert named == set(manifest("secret.example.yaml")["stringData"]) == set(compose()["secrets"])


@pytest.mark.parametrize("name", MANIFESTS)
def test_a_manifest_is_what_kubernetes_has_published(name):
    document = manifest(name)
    kubernetes_validate.validate(document, "1.29", strict=True)


def test_a_manifest_with_a_key_that_nobody_knows_would_be_noticed():
    document = manifest("volume.yaml")
    with pytest.raises(kubernetes_validate.ValidationError):
        kubernetes_validate.validate({**document, "metadatas": {}}, "1.29", strict=True)


@pytest.mark.parametrize("pod", pods(), ids=["deployment", "cron job"])
def test_a_pod_may_do_as_little_as_the_image_needs(pod):
    (container,) = pod["containers"]
    assert pod["securityContext"]["runAsNonRoot"]
    assert {pod["securityContext"][key] for key in ("runAsUser", "runAsGroup", "fsGroup")} == {USER}
    assert container["securityContext"]["readOnlyRootFilesystem"]
    assert not container["securityContext"]["allowPrivilegeEscalation"]
    assert container["securityContext"]["capabilities"] == {"drop": ["ALL"]}
    assert not pod["automountServiceAccountToken"]
    assert pod["terminationGracePeriodSeconds"] > 10
    assert {"requests", "limits"} == container["resources"].keys()
    written = [mount["mountPath"] for mount in container["volumeMounts"] if not mount.get("readOnly")]
    assert written == said("VOLUME")
    assert [volume["name"] for volume in pod["volumes"]] == [mount["name"] for mount in container["volumeMounts"]]
    secret = next(volume["secret"] for volume in pod["volumes"] if "secret" in volume)
    assert secret["defaultMode"] == 0o440


def test_one_pod_works_at_a_time():
    deployment, job = manifest("deployment.yaml")["spec"], manifest("cronjob.yaml")["spec"]
    assert (deployment["replicas"], deployment["strategy"]) == (1, {"type": "Recreate"})
    assert job["concurrencyPolicy"] == "Forbid"
    assert manifest("volume.yaml")["spec"]["accessModes"] == ["ReadWriteOncePod"]
    assert "--once" in job["jobTemplate"]["spec"]["template"]["spec"]["containers"][0]["args"][0]


def test_a_job_fails_only_for_what_the_next_one_can_not_mend(tmp_path):
    (script,) = pods()[1]["containers"][0]["args"]
    program = tmp_path / "tasksync"
    for code, ends in ((0, 0), (1, 1), (2, 2), (3, 0), (4, 0)):
        program.write_text(f"#!/bin/sh\nexit {code}\n", encoding="utf-8")
        program.chmod(0o755)
        done = subprocess.run(["/bin/sh", "-c", script], env={"PATH": f"{tmp_path}:/bin"}, check=False)
        assert done.returncode == ends


def test_probes_and_policies_meet_the_port_that_is_served():
    (container,) = pods()[0]["containers"]
    ports = {one["name"]: one["containerPort"] for one in container["ports"]}
    assert ports == {"health": int(said("EXPOSE")[0])}
    probes = {name: container[name]["httpGet"] for name in ("startupProbe", "livenessProbe", "readinessProbe")}
    assert {name: probe["path"] for name, probe in probes.items()} == {
        "startupProbe": "/healthz",
        "livenessProbe": "/healthz",
        "readinessProbe": "/readyz",
    }
    policy = manifest("networkpolicy.yaml")["spec"]
    assert policy["ingress"][0]["ports"] == [{"protocol": "TCP", "port": ports["health"]}]
    labels = manifest("deployment.yaml")["spec"]["template"]["metadata"]["labels"]
    assert policy["podSelector"]["matchLabels"] == labels


def test_the_kustomization_names_files_that_are_there():
    document = yaml.safe_load((KUBERNETES / "kustomization.yaml").read_text(encoding="utf-8"))
    assert set(document["resources"]) <= set(MANIFESTS)
    assert set(MANIFESTS) - set(document["resources"]) == {"cronjob.yaml", "secret.example.yaml"}


def compose() -> dict:
    return yaml.safe_load((ROOT / "config" / "compose.yaml").read_text(encoding="utf-8"))


def test_compose_runs_it_as_the_image_is_meant():
    document = compose()
    service = document["services"]["tasksync"]
    assert service["read_only"]
    assert (service["user"], service["cap_drop"]) == (f"{USER}:{USER}", ["ALL"])
    assert service["security_opt"] == ["no-new-privileges:true"]
    assert int(service["stop_grace_period"].removesuffix("s")) > 10
    assert service["secrets"] == list(document["secrets"])
    sources = [volume.split(":")[0] for volume in service["volumes"]]
    assert (ROOT / "config" / sources[0]).is_file()
    assert sources[1] in document["volumes"]
    assert service["volumes"][1].split(":")[1] == said("VOLUME")[0]
    assert (ROOT / "config" / service["build"]["context"] / "Dockerfile").is_file()
    assert all(port.startswith("127.0.0.1:") for port in service["ports"])


def free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as one:
        return one.getsockname()[1]


def can_unshare() -> bool:
    if os.geteuid() != 0 or not shutil.which("unshare") or not shutil.which("setpriv"):
        return False
    return subprocess.run(["unshare", "-m", "true"], capture_output=True, check=False).returncode == 0


READ_ONLY = """
mount --make-rprivate /
for place in $(awk '$2 != "/proc" && $2 !~ "^/proc/" {print $2}' /proc/self/mounts | sort -r); do
    mount -o remount,bind,ro "$place" 2>/dev/null || true
done
mount --bind "$1" "$1" && mount -o remount,bind,rw "$1" && cd "$1" && shift
exec setpriv --reuid 10001 --regid 10001 --clear-groups --no-new-privs --bounding-set=-all "$@"
"""


@pytest.mark.skipif(not can_unshare(), reason="only root may make a tree read-only for one process (unshare, setpriv)")
def test_the_service_runs_as_that_user_on_a_tree_that_it_can_not_write():
    """As the image starts it: process, health, figures, systemd's messages, reload, and SIGTERM."""
    folder = Path(subprocess.check_output(["mktemp", "-d", "/tmp/tasksync-XXXXXX"], text=True).strip())
    systemd = Systemd(f"@tasksync-{folder.name}")
    port = free_port()
    text = CONFIG.format(folder=folder, here="", there="", group='interval = "1s"')
    (folder / "tasksync.toml").write_text(f'{text}\n[service]\nlisten = "127.0.0.1:{port}"\n', encoding="utf-8")
    (folder / "here.json").write_text(json.dumps({"tasks": {"a1": {"title": "Milk", "status": "needs_action"}}}))
    for file in (folder, *folder.iterdir()):
        os.chown(file, USER, USER)
    command = ["unshare", "-m", "sh", "-ec", READ_ONLY, "sh", str(folder)]
    probe = subprocess.run(
        [*command, sys.executable, "-c", "open('/tmp/written', 'w')"], capture_output=True, text=True, check=False
    )
    if "Permission denied" in probe.stderr:
        shutil.rmtree(folder)
        pytest.skip("this interpreter is in a folder that only its owner can enter")
    assert "Read-only file system" in probe.stderr
    env = environment({"NOTIFY_SOCKET": systemd.address, "WATCHDOG_USEC": "900000", "HOME": "/nonexistent"})
    program = [sys.executable, "-m", "sync", "run", "--config", str(folder / "tasksync.toml")]
    process = subprocess.Popen([*command, *program], env=env, stderr=subprocess.PIPE, start_new_session=True)
    try:
        systemd.socket.settimeout(30)
        until(systemd, "READY=1")
        systemd.socket.settimeout(5)
        until(systemd, "WATCHDOG=1")
        until(systemd, "STATUS=1 group: 1 quiet")
        address = f"http://127.0.0.1:{port}"
        assert requests.get(f"{address}/readyz", timeout=5).json() == {"ready": True, "why": []}
        assert main([f"{address}/healthz"]) == 0
        figures = requests.get(f"{address}/metrics", timeout=5).text
        assert re.search(r'tasksync_cycles_total\{group="work",result="changed"\} 1\.0', figures)
        assert 'tasksync_tasks_total{do="created",group="work"} 1.0' in figures
        assert 'tasksync_side_state{group="work",side="there",state="ok"} 1.0' in figures
        second = forked("run", "--config", folder / "tasksync.toml", cwd=folder)
        assert (second.code, len(second.err.splitlines())) == (2, 1)
        assert f"port {port}" in second.err
        os.kill(process.pid, signal.SIGHUP)
        assert until(systemd, "RELOADING=1")[1].startswith("MONOTONIC_USEC=")
        until(systemd, "READY=1")
        began = time.monotonic()
        os.kill(process.pid, signal.SIGTERM)
        until(systemd, "STOPPING=1")
        assert process.wait(20) == 0, process.stderr.read()
        assert time.monotonic() - began < 10
        assert {file.stat().st_uid for file in folder.iterdir()} == {USER}
    finally:
        if process.poll() is None:
            os.killpg(process.pid, signal.SIGKILL)
        process.communicate()
        systemd.socket.close()
        shutil.rmtree(folder)


def until(systemd: Systemd, wanted: str) -> list[str]:
    """The next message that begins so."""
    while (lines := systemd.heard())[0] != wanted:
        pass
    return lines
