import subprocess

import pytest
from google.protobuf import text_format
from tensorflow_serving.config.model_server_config_pb2 import ModelServerConfig

from .schemas import BatchingParameters, MonitoringConfig, SSLConfig

PEM = '-----BEGIN {0}-----\n"\\{0}&\n-----END {0}-----\n'  # hostile: PEM files have neither quotes nor backslashes


def test_models_are_tensorflow_models_in_folders_of_their_names(read_proto):
    configs = read_proto("models.config", ModelServerConfig).model_config_list.config
    assert len({config.name for config in configs}) == len(configs) > 0
    for config in configs:
        assert config.model_platform == "tensorflow"
        assert config.base_path == f"/models/{config.name}"


def test_batching_sets_only_what_models_with_parameters_of_their_own_share(read_proto):
    parameters = read_proto("batching.config", BatchingParameters)
    assert {field.name for field, _ in parameters.ListFields()} == {"num_batch_threads", "thread_pool_name"}
    assert parameters.num_batch_threads.value >= 1


def test_monitoring_is_on(read_proto):
    monitoring = read_proto("monitoring.config", MonitoringConfig).prometheus_config
    assert monitoring.enable
    assert monitoring.path.startswith("/")


@pytest.mark.parametrize("text", ["max_batch_sizes { value: 2 }", "max_batch_size: 2", "thread_pool_name { value: 1 }"])
def test_schemas_refuse_what_the_server_would(text):
    with pytest.raises(text_format.ParseError):
        text_format.Parse(text, BatchingParameters())


@pytest.fixture
def ssl_config(folder, tmp_path):
    """Runs the script on files of these contents."""

    def run(*contents):
        paths = [tmp_path / f"{number}.pem" for number in range(len(contents))]
        for path, content in zip(paths, contents, strict=True):
            path.write_text(content, newline="")
        return subprocess.run([folder / "ssl_config.sh", *paths], capture_output=True, text=True, check=False)

    return run


@pytest.mark.parametrize("authority", [[], [PEM.format("CERTIFICATE") * 2]], ids=["server", "mutual"])
def test_tls_file_holds_the_pem_files(ssl_config, authority):
    key, certificate = PEM.format("PRIVATE KEY"), PEM.format("CERTIFICATE")
    made = ssl_config(key, certificate.replace("\n", "\r\n"), *authority)
    assert (made.returncode, made.stderr) == (0, "")
    config = text_format.Parse(made.stdout, SSLConfig())
    expected = {"server_key": key, "server_cert": certificate}
    if authority:
        expected |= {"custom_ca": authority[0], "client_verify": True}
    assert config == SSLConfig(**expected)


@pytest.mark.parametrize("contents", [[], ["a"], ["a", "b"], ["a"] * 4], ids=["none", "key", "no PEM", "four"])
def test_tls_script_refuses_other_files(ssl_config, contents):
    made = ssl_config(*contents)
    assert (made.returncode, made.stdout) == (2, "")
    assert "usage: " in made.stderr or "is not a PEM file" in made.stderr
