#!/usr/bin/python3
"""Signs in, retries the one failed message and signs out, in Chromium; prints what it saw as JSON.

Usage: visit.py BASE, with the token on standard input.
"""
import json
import sys
import tempfile

from selenium import webdriver
from selenium.webdriver.chrome.options import Options
from selenium.webdriver.chrome.service import Service
from selenium.webdriver.common.by import By
from selenium.webdriver.support.ui import WebDriverWait

base, token = sys.argv[1], sys.stdin.readline().strip()


def text(selector):
    # In one step: the overview may be replaced between finding an element and reading it.
    return driver.execute_script("return document.querySelector(arguments[0]).innerText", selector)


def there(selector):
    # A click returns before the page it leads to is there.
    WebDriverWait(driver, 20).until(
        lambda d: d.execute_script("return document.querySelector(arguments[0])", selector))


def press(label):
    [b for b in driver.find_elements(By.TAG_NAME, "button") if b.text.startswith(label)][0].click()


with tempfile.TemporaryDirectory() as profile:
    options = Options()
    options.binary_location = "/usr/bin/chromium"
    for flag in ("--headless=new", "--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage",
                 "--user-data-dir=" + profile):
        options.add_argument(flag)
    options.set_capability("goog:loggingPrefs", {"browser": "ALL"})
    driver = webdriver.Chrome(service=Service("/usr/bin/chromedriver"), options=options)
    driver.set_page_load_timeout(30)
    try:
        driver.get(base + "/messages?state=failed")
        seen = {"signIn": text("h1")}
        driver.find_element(By.ID, "token").send_keys(token)
        press("Sign in")
        there("tbody th a")
        seen["list"] = text("h1")
        driver.find_element(By.CSS_SELECTOR, "tbody th a").click()
        there("form[action$='/retry']")
        seen["heading"] = text("h1")
        press("Retry")
        there(".notice")
        seen["notice"] = text(".notice")
        driver.get(base + "/")
        seen["answer"] = text("h1")
        before = text("#live")
        WebDriverWait(driver, 20).until(lambda d: text("#live") != before)
        press("Sign out")
        there("#token")
        seen["signedOut"] = text("h1")
        seen["console"] = [entry["message"] for entry in driver.get_log("browser")]
    finally:
        driver.quit()
print(json.dumps(seen))
