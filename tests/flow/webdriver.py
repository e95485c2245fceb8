"""A browser for the tests: headless Chromium through chromedriver and W3C WebDriver, with nothing but
the standard library. https://www.w3.org/TR/webdriver2/
"""
import json
import re
import shutil
import subprocess
import time
import urllib.error
import urllib.request

ELEMENT = "element-6066-11e4-a52e-4f735466cecf"  # WebDriver's name for "this is an element"


def missing():
    """Which of the two programs are not there."""
    return [name for name in ("chromium", "chromedriver") if shutil.which(name) is None]


class Browser:
    def __init__(self, scratch):
        self.driver = subprocess.Popen(
            [shutil.which("chromedriver"), "--port=0"], stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL, text=True)
        self.session = None
        try:
            # "ChromeDriver was started successfully on port 43211."
            for line in self.driver.stdout:
                if started := re.search(r"started successfully on port (\d+)", line):
                    break
            self.address = f"http://127.0.0.1:{started.group(1)}"
            options = {"binary": shutil.which("chromium"),
                       "args": ["--headless=new", "--no-sandbox", "--disable-gpu",
                                "--disable-dev-shm-usage", "--window-size=1400,1000",
                                f"--user-data-dir={scratch}"]}
            capabilities = {"browserName": "chrome", "goog:chromeOptions": options,
                            "goog:loggingPrefs": {"browser": "ALL", "performance": "ALL"}}
            answer = self.call("POST", "/session", {"capabilities": {"alwaysMatch": capabilities}})
            self.session = answer["sessionId"]
        except BaseException:
            self.close()
            raise

    def close(self):
        try:
            if self.session is not None:
                self.call("DELETE", f"/session/{self.session}")
        finally:
            self.driver.terminate()
            self.driver.wait(timeout=30)

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.close()

    def call(self, method, path, body=None):
        data = None if body is None else json.dumps(body).encode()
        request = urllib.request.Request(self.address + path, data, {"Content-Type": "application/json"},
                                         method=method)
        try:
            with urllib.request.urlopen(request, timeout=120) as answer:
                return json.load(answer)["value"]
        except urllib.error.HTTPError as error:
            raise RuntimeError(f"{path}: {json.load(error)['value']['message']}") from None

    def do(self, path, body=None):
        return self.call("POST", f"/session/{self.session}{path}", body or {})

    def open(self, address):
        self.do("/url", {"url": address})

    def run(self, script, *arguments):
        """What a script, a function's body, returns; an element is passed and comes as an element."""
        return self.do("/execute/sync", {"script": script, "args": list(arguments)})

    def devtools(self, command, **parameters):
        return self.do("/goog/cdp/execute", {"cmd": command, "params": parameters})

    def find(self, selector):
        return self.do("/element", {"using": "css selector", "value": selector})

    def click(self, selector):
        self.do(f"/element/{self.find(selector)[ELEMENT]}/click")

    def type(self, selector, text):
        self.do(f"/element/{self.find(selector)[ELEMENT]}/value", {"text": text})

    def clear(self, selector):
        self.do(f"/element/{self.find(selector)[ELEMENT]}/clear")

    def pointer(self, x, y, press=False):
        """Moves the mouse to a place in the window; presses and releases its button there."""
        actions = [{"type": "pointerMove", "x": round(x), "y": round(y), "duration": 0}]
        if press:
            actions += [{"type": "pointerDown", "button": 0}, {"type": "pointerUp", "button": 0}]
        self.do("/actions", {"actions": [{"type": "pointer", "id": "mouse", "actions": actions}]})

    def until(self, script, *arguments, seconds=20):
        """Waits until the script returns something true, and returns it; None if it never does."""
        end = time.monotonic() + seconds
        while True:
            value = self.run(script, *arguments)
            if value or time.monotonic() > end:
                return value or None
            time.sleep(0.05)

    def console(self):
        """What was written to the console, or went wrong, since this was last asked."""
        return [entry["message"] for entry in self.do("/se/log", {"type": "browser"})]

    def requested(self):
        """The addresses that pages asked for since this was last asked."""
        messages = [json.loads(entry["message"])["message"]
                    for entry in self.do("/se/log", {"type": "performance"})]
        return [message["params"]["request"]["url"] for message in messages
                if message["method"] == "Network.requestWillBeSent"]

    def screenshot(self):
        """The window, as PNG in base64."""
        return self.devtools("Page.captureScreenshot")["data"]
