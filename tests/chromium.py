"""Headless Chromium by its own protocol, through a pipe: no driver, no library.

https://chromedevtools.github.io/devtools-protocol/
"""

import base64
import itertools
import json
import os
import shutil
import time

CHROMIUM = next(filter(None, map(shutil.which, ("chromium", "chromium-browser", "google-chrome"))), None)
FLAGS = (
    "--headless", "--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage", "--no-first-run", "--hide-scrollbars",
    "--disable-background-networking", "--disable-component-update", "--disable-sync", "--remote-debugging-pipe",
)  # fmt: skip
DOMAINS = ("Page", "Runtime", "Network", "Log", "Accessibility")
KEYS = {"Tab": 9, "Enter": 13, " ": 32, "ArrowLeft": 37, "ArrowUp": 38, "ArrowRight": 39, "ArrowDown": 40}
TEXTS = {"Enter": "\r", " ": " "}


class Chromium:
    """A browser with one page, in a folder for what it writes; a context manager.

    Attributes:
        events: What it has told since the page was opened.
        patience: Seconds to wait for anything.
    """

    patience = 30

    def __init__(self, profile):
        self._numbers = itertools.count(1)
        self._rest, self._session, self.events = b"", None, []
        self._start([*FLAGS, f"--user-data-dir={profile}", "about:blank"])
        target = self.send("Target.createTarget", url="about:blank")["targetId"]
        self._session = self.send("Target.attachToTarget", targetId=target, flatten=True)["sessionId"]
        for domain in DOMAINS:
            self.send(f"{domain}.enable")
        self.send("Page.setLifecycleEventsEnabled", enabled=True)

    def _start(self, flags):
        """The browser reads from its file 3 and writes to its file 4."""
        theirs_in, self._out = os.pipe()
        self._in, theirs_out = os.pipe()
        null = os.open(os.devnull, os.O_RDWR)
        # By way of high numbers, so that no copy overwrites what is copied next.
        copies = [(theirs_in, 103), (theirs_out, 104), (null, 2), (103, 3), (104, 4)]
        actions = [(os.POSIX_SPAWN_DUP2, *copy) for copy in copies]
        actions += [(os.POSIX_SPAWN_CLOSE, high) for high in (103, 104)]
        self._process = os.posix_spawn(CHROMIUM, [CHROMIUM, *flags], os.environ, file_actions=actions)
        for one in (theirs_in, theirs_out, null):
            os.close(one)

    def __enter__(self):
        return self

    def __exit__(self, *_):
        try:
            self._session = None
            self.send("Browser.close")
        finally:
            os.waitpid(self._process, 0)
            os.close(self._in)
            os.close(self._out)

    def send(self, method, **parameters):
        """Calls a method of the protocol; returns its result."""
        number = next(self._numbers)
        message = {"id": number, "method": method, "params": parameters}
        if self._session:
            message["sessionId"] = self._session
        os.write(self._out, json.dumps(message).encode() + b"\0")
        while (answer := self._read()).get("id") != number:
            self.events.append(answer)
        if "error" in answer:
            raise RuntimeError(f"{method}: {answer['error']['message']}")
        return answer["result"]

    def _read(self):
        while b"\0" not in self._rest:
            data = os.read(self._in, 2**20)
            if not data:
                raise RuntimeError("Chromium has ended")
            self._rest += data
        message, _, self._rest = self._rest.partition(b"\0")
        return json.loads(message)

    def run(self, script):
        """The value of an expression of JavaScript; a promise is awaited."""
        made = self.send("Runtime.evaluate", expression=script, awaitPromise=True, returnByValue=True, userGesture=True)
        if "exceptionDetails" in made:
            raise RuntimeError(made["exceptionDetails"]["exception"]["description"])
        return made["result"].get("value")

    def wait(self, script):
        """Waits until an expression is true, and returns its value."""
        end = time.monotonic() + self.patience
        while not (value := self.run(script)):
            if time.monotonic() > end:
                raise TimeoutError(f"{script} has not come true; the page says: {self.run('document.body.innerText')}")
            time.sleep(0.05)
        return value

    def open(self, address, width=1280, height=900, dark=False):
        """Opens a page in a window of so many pixels, for a person who likes dark pages or not."""
        scheme = {"name": "prefers-color-scheme", "value": "dark" if dark else "light"}
        self.send("Emulation.setEmulatedMedia", features=[scheme])
        size = {"width": width, "height": height, "deviceScaleFactor": 1, "mobile": width < 600}
        self.send("Emulation.setDeviceMetricsOverride", **size)
        self.events.clear()
        # Of this page: that of the one before may be told late.
        loaded = {"loaderId": self.send("Page.navigate", url=address)["loaderId"], "name": "load"}
        while not any(loaded.items() <= event["params"].items() for event in self.events):
            self.events.append(self._read())

    def upload(self, selector, path):
        """Chooses a file, as a person does in the dialogue."""
        element = self.send("Runtime.evaluate", expression=f"document.querySelector({json.dumps(selector)})")
        self.send("DOM.setFileInputFiles", files=[str(path)], objectId=element["result"]["objectId"])

    def press(self, key):
        """Presses a key and lets it go."""
        stroke = {"key": key, "code": key, "windowsVirtualKeyCode": KEYS[key]}
        self.send("Input.dispatchKeyEvent", type="keyDown", text=TEXTS.get(key, ""), **stroke)
        self.send("Input.dispatchKeyEvent", type="keyUp", **stroke)

    def screenshot(self, path, whole=True):
        """Writes a PNG of the page, all of it or what is seen."""
        taken = self.send("Page.captureScreenshot", captureBeyondViewport=whole)
        with open(path, "wb") as file:
            file.write(base64.b64decode(taken["data"]))
