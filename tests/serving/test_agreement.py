"""What several deployment files say, they say alike: ports, models, paths, versions, times."""

import re
import socket
import subprocess
import sys
import threading
from http.server import BaseHTTPRequestHandler, HTTPServer

import pytest

from nst_tf.version import __version__

from .schemas import MonitoringConfig

IMAGE = f"nst-tf-serving:{__version__}"


@pytest.fixture(scope="session")
def compose(read_yaml):
    [service] = read_yaml("compose.yaml")["services"].values()
    return service


@pytest.fixture(scope="session")
def inference(read_yaml):
    return read_yaml("kserve/inference-service.yaml")


def _values(dockerfile, instruction):
    return [value for name, value in dockerfile if name == instruction]


def _readiness(name):
    return f"/v1/models/{name}/metadata"


def test_compose_file_fits_its_schema(folder):
    command = [sys.executable, "-m", "check_jsonschema", "--builtin-schema", "vendor.compose-spec"]
    checked = subprocess.run([*command, folder / "compose.yaml"], capture_output=True, text=True, check=False)
    assert checked.returncode == 0, checked.stdout


def test_ports_are_the_same_everywhere(dockerfile, flags, compose, container, read_yaml, pod):
    grpc, rest = flags["port"], flags["rest_api_port"]
    assert _values(dockerfile, "EXPOSE") == [f"{grpc} {rest}"]
    assert compose["ports"] == [f"127.0.0.1:{port}:{port}" for port in (grpc, rest)]
    assert {port["name"]: port["containerPort"] for port in container["ports"]} == {
        "grpc": int(grpc),
        "http": int(rest),
    }
    served = read_yaml("kubernetes/service.yaml")["spec"]["ports"]
    assert {port["targetPort"]: port["port"] for port in served} == {"grpc": int(grpc), "http": int(rest)}
    assert pod["metadata"]["annotations"]["prometheus.io/port"] == rest


def test_monitoring_path_is_the_one_that_is_scraped(read_proto, pod):
    path = read_proto("monitoring.config", MonitoringConfig).prometheus_config.path
    assert pod["metadata"]["annotations"]["prometheus.io/path"] == path


def test_image_is_of_this_version_everywhere(folder, compose, container, read_yaml):
    [image] = read_yaml("kubernetes/kustomization.yaml")["images"]
    assert compose["image"] == container["image"] == f"{image['name']}:{image['newTag']}" == IMAGE
    for name in ("Dockerfile", "README.md"):
        named = re.findall(r"nst-tf-serving:\d+\.[\d.]*\d", (folder / name).read_text("utf-8"))
        assert set(named) == {IMAGE}


def test_models_are_exported_by_the_tensorflow_of_the_server(dockerfile, inference):
    arguments = dict(value.partition("=")[::2] for value in _values(dockerfile, "ARG") if "=" in value)
    assert arguments["SERVER"] == "tensorflow/serving:${TENSORFLOW}"
    assert any('"tensorflow==${TENSORFLOW}"' in command for command in _values(dockerfile, "RUN"))
    assert inference["spec"]["predictor"]["model"]["runtimeVersion"] == arguments["TENSORFLOW"]


def test_image_holds_the_models_that_the_server_loads(dockerfile, models):
    [command] = [value for value in _values(dockerfile, "RUN") if "nst-tf export" in value]
    names, out = re.fullmatch(r"nst-tf export ([\w -]+) -o (\S+)", command).groups()
    assert {name: f"{out}/{name}" for name in names.split()} == models
    assert f"--from=export --chmod=a=rX {out} {out}" in _values(dockerfile, "COPY")


def test_files_that_the_server_is_started_with_are_in_the_image(folder, dockerfile, flags):
    [copied] = [value for value in _values(dockerfile, "COPY") if "serving/*.config" in value]
    destination = copied.split()[-1]
    files = [value for value in flags.values() if value.endswith(".config")]
    assert {destination + path.name for path in folder.glob("*.config")} == set(files)


def test_user_is_the_same_everywhere_and_not_root(dockerfile, compose, pod):
    security = pod["spec"]["securityContext"]
    user = f"{security['runAsUser']}:{security['runAsGroup']}"
    assert user == compose["user"] == _values(dockerfile, "USER")[-1]
    assert not user.startswith("0")


def test_readiness_asks_for_a_model_that_is_served(models, container, inference):
    probes = [container[name]["httpGet"]["path"] for name in ("startupProbe", "readinessProbe")]
    assert set(probes) <= {_readiness(name) for name in models}
    name = inference["metadata"]["name"]
    model = inference["spec"]["predictor"]["model"]
    assert name in models
    assert model["storageUri"].endswith(f"/{name}")
    assert model["readinessProbe"]["httpGet"]["path"] == _readiness(name)


def test_pod_outlives_its_longest_request(flags, pod, container):
    longest = int(flags["rest_api_timeout_in_ms"]) / 1000
    sleep = container["lifecycle"]["preStop"]["sleep"]["seconds"]
    assert longest < sleep < pod["spec"]["terminationGracePeriodSeconds"]


@pytest.mark.parametrize("status", [200, 404])
def test_health_check_of_compose_tells_a_model_that_is_served(compose, flags, models, status):
    asked = []

    class Answer(BaseHTTPRequestHandler):
        def do_GET(self):
            asked.append(self.path)
            self.send_response(status)
            self.end_headers()

        def log_message(self, *_):
            pass

    with HTTPServer(("127.0.0.1", 0), Answer) as server:
        threading.Thread(target=server.handle_request, daemon=True).start()
        assert _check(compose, flags, server.server_port) == (status != 200)
    assert asked[0] in {_readiness(name) for name in models}


def test_health_check_of_compose_fails_without_a_server(compose, flags):
    with socket.socket() as unused:
        unused.bind(("127.0.0.1", 0))
        assert _check(compose, flags, unused.getsockname()[1]) != 0


def _check(compose, flags, port):
    """Runs the health check against another port; returns its exit status."""
    kind, *command = compose["healthcheck"]["test"]
    assert kind == "CMD"
    at = f"/dev/tcp/127.0.0.1/{flags['rest_api_port']}"
    assert at in command[-1]
    command[-1] = command[-1].replace(at, f"/dev/tcp/127.0.0.1/{port}")
    return subprocess.run(command, capture_output=True, timeout=20, check=False).returncode
