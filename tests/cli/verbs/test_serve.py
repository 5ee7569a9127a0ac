import json
import signal
import socket
import subprocess
import sys
import urllib.request
from types import SimpleNamespace

import pytest

from nst_tf.cli.verbs import serve
from nst_tf.serve import extra

from ..serving import save_models, serving


@pytest.fixture(scope="module")
def models(tmp_path_factory):
    return save_models(tmp_path_factory.mktemp("models"))


def ask(port, path, body=None, token=None):
    headers = {"Authorization": f"Bearer {token}"} if token else {}
    data = None if body is None else json.dumps(body).encode()
    request = urllib.request.Request(f"http://127.0.0.1:{port}{path}", data, headers)
    with urllib.request.urlopen(request, timeout=20) as response:
        return response.read().decode()


def test_serves_tells_where_and_stops_in_good_order(models, tmp_path):
    (tmp_path / "token").write_text("secret\n")
    with serving("--model-dir", models, "--ui", "--token-file", tmp_path / "token", "--host", "127.0.0.1") as server:
        assert [line for line in server.lines if "features" in line][-1] == "nst-tf: features: 4\n"
        image = {"content_bytes": "a", "style_bytes": {"b64": "YmI="}, "size": 9, "strength": 0.5}
        body = {"signature_name": "controls", "instances": [image]}
        found = json.loads(ask(server.rest, "/v1/models/fast-stylize:predict", body, "secret"))
        assert found == {"predictions": [{"picture_bytes": {"b64": "YmI="}, "status": 0, "message": "", "size": 9}]}
        with pytest.raises(urllib.error.HTTPError, match="401") as caught:
            ask(server.rest, "/v1/models/features")
        caught.value.close()
        assert "<html" in ask(server.rest, "/")
        server.process.send_signal(signal.SIGTERM)
        _, rest = server.process.communicate(timeout=60)
    assert server.process.returncode == 0
    assert "stopping" in rest
    assert "Traceback" not in rest


SLOW = """
import sys, time
from nst_tf.cli.main import run
from nst_tf.serve.server import process
from nst_tf.serve.server.version import Version
process.LOADING, load = {patience}, Version.load
Version.load = lambda self: (time.sleep({seconds}), load(self))
sys.exit(run())
"""


@pytest.mark.parametrize(
    ("seconds", "patience", "last"),
    [
        (600, 0.1, "a model still loads after 0.1 s; ending all the same"),
        (0.5, 60, "fast-stylize version 1 is unloaded"),
    ],
    ids=["long", "brief"],
)
def test_a_signal_is_heeded_while_models_are_loaded(models, seconds, patience, last):
    code = SLOW.format(seconds=seconds, patience=patience)
    command = [sys.executable, "-c", code, "serve", "--port", "0", "--rest-port", "0", "--model-dir", str(models)]
    process = subprocess.Popen(command, stderr=subprocess.PIPE, text=True)
    for line in process.stderr:
        if "loading 1 of 2: fast-stylize" in line:
            break
    process.send_signal(signal.SIGTERM)
    _, told = process.communicate(timeout=60)
    assert process.returncode == 0
    assert told.startswith("nst-tf: stopping while models are loaded\n")
    assert told.endswith(f"nst-tf: {last}\n")
    assert "loading 2 of 2" not in told


@pytest.mark.parametrize(
    ("settings", "warning"),
    [
        ({"host": "0.0.0.0"}, "neither encryption nor a token"),
        ({"host": "::", "token": "secret"}, "no encryption"),
        ({"host": "192.0.2.1", "tls": True}, "no token"),
        ({"host": "192.0.2.1", "tls": True, "token": "secret"}, None),
        ({"host": "127.0.0.1.nip.io"}, "neither encryption nor a token"),
        ({"host": "127.0.0.2"}, None),
        ({"host": "localhost"}, None),
    ],
)
def test_warns_when_other_machines_can_ask(caplog, settings, warning):
    from nst_tf.serve.server.server import ServerSettings

    serve._tell_listening(SimpleNamespace(settings=ServerSettings(**settings), port=1, rest_port=2, models=[]))
    warnings = [record.getMessage() for record in caplog.records if record.levelname == "WARNING"]
    assert [warning in text for text in warnings] == ([True] if warning else [])


def test_reads_a_configuration_with_labels(models, tmp_path):
    labels = 'version_labels { key: "stable" value: 4 }'
    (tmp_path / "models.config").write_text(
        f'model_config_list {{ config {{ name: "maps" base_path: "{models / "features"}" '
        f'model_platform: "tensorflow" {labels} }} }}'
    )
    with serving("--model-config", tmp_path / "models.config") as server:
        assert not [line for line in server.lines if "can be reached" in line]
        found = json.loads(ask(server.rest, "/v1/models/maps/labels/stable:predict", {"instances": ["abc"]}))
        assert found["predictions"][0]["relu1"] == [3]


def test_a_taken_port_is_told_in_one_line(command, models):
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        status, _, err = command("serve", "--model-dir", models, "--port", 0, "--rest-port", port)
    assert status == 2
    assert f"cannot listen on 127.0.0.1:{port}; is the port in use" in err
    assert "Traceback" not in err


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ([], "one of the arguments --model-dir --model-config is required"),
        (["--model-dir", "missing"], "there is no folder missing; `nst-tf export` makes one"),
        (["--model-config", "missing"], "cannot use missing: No such file"),
        (["--model-dir", ".", "--tls-key", "key.pem"], "--tls-key and --tls-cert need each other"),
        (["--model-dir", ".", "--tls-client-ca", "ca.pem"], "--tls-client-ca needs"),
        (["--model-dir", ".", "--token-file", "missing"], "cannot read missing"),
        (["--model-dir", ".", "--allow-reload", "missing"], "--allow-reload missing is no folder"),
        (["--model-dir", ".", "--port", "70000"], "--port is 70000; it must be a number not above 65535"),
        (["--model-dir", ".", "--max-message", "4096"], "--max-message is 4096.0; it must be above 0 and at most 2047"),
        (["--model-dir", ".", "--allow-origin", "example.com"], "'example.com' is not of the form https://example.com"),
        (["--model-dir", ".", "--allow-origin", "https://a.com/x"], "is not of the form https://example.com"),
        (["--model-dir", "."], "there is no model to serve"),
    ],
)
def test_refuses_in_one_line(command, tmp_path, monkeypatch, options, message):
    monkeypatch.chdir(tmp_path)
    status, out, err = command("serve", *options)
    assert (status, out) == (2, "")
    assert message in err
    assert err.count("\n") == 1


def test_says_how_to_install_what_is_missing(command, monkeypatch):
    monkeypatch.setitem(extra.LIBRARIES, "some-library", "no_such_module")
    status, _, err = command("serve", "--model-dir", ".")
    assert status == 1
    assert "serving needs some-library; this installs it: pip install 'nst_tf[serving]'" in err
