"""The deployment files, read."""

import io
import json
import re
from pathlib import Path

import pytest
import yaml
from dockerfile_parse import DockerfileParser
from google.protobuf import text_format
from tensorflow_serving.config.model_server_config_pb2 import ModelServerConfig

FOLDER = Path(__file__).parents[2] / "serving"


@pytest.fixture(scope="session")
def folder():
    """The folder `serving/`."""
    return FOLDER


@pytest.fixture(scope="session")
def read_yaml():
    """Reads a file of one document in `serving/`."""
    return lambda name: yaml.safe_load((FOLDER / name).read_text("utf-8"))


@pytest.fixture(scope="session")
def read_proto():
    """Reads a text proto in `serving/` as a message of a class; a name that the class does not know is an error."""
    return lambda name, kind: text_format.Parse((FOLDER / name).read_text("utf-8"), kind())


@pytest.fixture(scope="session")
def models(read_proto):
    """The models that the server loads: name -> folder in the container."""
    configs = read_proto("models.config", ModelServerConfig).model_config_list.config
    return {config.name: config.base_path for config in configs}


@pytest.fixture(scope="session")
def dockerfile():
    """The instructions of the Dockerfile: (name, value), without comments."""
    steps = DockerfileParser(fileobj=io.BytesIO((FOLDER / "Dockerfile").read_bytes())).structure
    return [(step["instruction"], step["value"]) for step in steps if step["instruction"] != "COMMENT"]


@pytest.fixture(scope="session")
def flags(dockerfile):
    """The flags that the image starts the server with: name -> value, or "" of one without."""
    [entrypoint] = [value for name, value in dockerfile if name == "ENTRYPOINT"]
    program, *flags = json.loads(entrypoint)
    assert program == "tensorflow_model_server"
    return dict(re.fullmatch(r"--(\w+)=?(.*)", flag).groups() for flag in flags)


@pytest.fixture(scope="session")
def pod(read_yaml):
    """The pod of the Deployment."""
    return read_yaml("kubernetes/deployment.yaml")["spec"]["template"]


@pytest.fixture(scope="session")
def container(pod):
    """The one container of the Deployment."""
    [container] = pod["spec"]["containers"]
    return container
