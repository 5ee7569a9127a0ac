"""A model: its versions, its labels, its queue."""

import threading
from collections.abc import Collection, Mapping
from pathlib import Path
from typing import TypeAlias

import grpc
from tensorflow_serving.config.file_system_storage_path_source_pb2 import FileSystemStoragePathSourceConfig
from tensorflow_serving.config.model_server_config_pb2 import ModelConfig

from nst_tf.serve.codec.refusal import Refusal, invalid
from nst_tf.serve.server.queue import Queue
from nst_tf.serve.server.version import Version
from nst_tf.serve.server.version_folders import find_versions

__all__ = ["Model", "VersionPolicy", "wanted_versions"]

VersionPolicy: TypeAlias = FileSystemStoragePathSourceConfig.ServableVersionPolicy


class Model:
    """A model as it is served.

    Args:
        config: Its name, folder, version policy and labels.
        capacity: How many requests may wait.
        workers: How many are computed at the same time.

    Attributes:
        labels: Versions, by their labels.
        versions: All that are there or were, by their numbers.
    """

    def __init__(self, config: ModelConfig, capacity: int, workers: int):
        self.config, self._workers = config, workers
        self.labels: Mapping[str, int] = {}
        self.versions: dict[int, Version] = {}
        self.queue = Queue(config.name, capacity, workers)

    @property
    def name(self) -> str:
        """By which requests name it."""
        return self.config.name

    @property
    def available(self) -> list[int]:
        """The versions that take requests, the newest last."""
        return sorted(number for number, version in self.versions.items() if version.available)

    @property
    def trouble(self) -> str:
        """Why versions could not be loaded, or that there are none."""
        reasons = [f"version {one.number}: {one.failure}" for one in self.versions.values() if one.failure]
        return "; ".join(reasons) or f"no folder in {self.config.base_path} is named by a number"

    def acquire(self, number: int | None, label: str | None) -> Version:
        """The version for a request: this one, or that of the label, or the newest. It stays until it is released.

        Raises:
            Refusal: It is not there; INVALID_ARGUMENT for an unknown label.
        """
        if label:
            number = self.labelled(label)
        while True:
            chosen = number if number is not None else max(self.available, default=None)
            version = None if chosen is None else self.versions.get(chosen)
            if version is not None and version.acquire():
                return version
            if number is not None or chosen is None:
                raise self._missing(number)

    def labelled(self, label: str) -> int:
        """The version of a label.

        Raises:
            Refusal: INVALID_ARGUMENT, it is unknown.
        """
        if label in self.labels:
            return self.labels[label]
        known = f"there is: {', '.join(sorted(self.labels))}" if self.labels else "this model has none"
        raise invalid(f"Unrecognized servable version label: {label}; {known}")

    def _missing(self, number: int | None) -> Refusal:
        what = f"Latest({self.name})" if number is None else f"Specific({self.name}, {number})"
        served = f"its versions: {', '.join(map(str, self.available))}" if self.available else "no version is available"
        return Refusal(grpc.StatusCode.NOT_FOUND, f"Servable not found for request: {what}; {served}")

    def update(self) -> None:
        """Brings what is loaded in line with the folder: loads what is new, then unloads what it replaces.

        While nothing that is wanted can be loaded, or the folder is empty, what is loaded stays.
        """
        found = find_versions(Path(self.config.base_path))
        wanted = wanted_versions(self.config.model_version_policy, found)
        for number in wanted:
            self._load(number, found[number])
        if any(number in wanted for number in self.available):
            for number in self.available:
                if number not in wanted:
                    self._retire(self.versions[number])
        self._forget(found)

    def _retire(self, version: Version) -> None:
        # In the background: a request may take minutes, and other models are to be kept up to date meanwhile.
        version.retire()
        threading.Thread(target=version.unload, name=f"{self.name}-{version.number}", daemon=True).start()

    def _load(self, number: int, folder: Path) -> None:
        version = self.versions.get(number)
        if version is None:
            version = Version(self.name, number, folder, self._workers)
            self.versions = {**self.versions, number: version}
        if version.worth_loading:
            version.load()

    def _forget(self, found: Mapping[int, Path]) -> None:
        """Versions that ended, and whose folders are gone, are not reported any more."""
        kept = {number: version for number, version in self.versions.items() if number in found or version.loaded}
        self.versions = kept

    def close(self, patience: float | None = None) -> None:
        """Takes no more requests, answers those that it took, and unloads all versions.

        Args:
            patience: Seconds after which requests that still run are cancelled; by default there is no limit.
        """
        for version in self.versions.values():
            if version.loaded:
                version.unload(patience)
        self.queue.close()


def wanted_versions(policy: VersionPolicy, found: Collection[int]) -> list[int]:
    """The versions to serve, the newest first."""
    newest = sorted(found, reverse=True)
    if policy.HasField("all"):
        return newest
    if policy.HasField("specific"):
        return [number for number in newest if number in policy.specific.versions]
    return newest[: policy.latest.num_versions or 1]
