#!/usr/bin/python3
"""Looks at every page in Chromium and prints what it found as JSON.

Usage: browse.py BASE FOLDER PAGE...; screenshots go to FOLDER.
"""
import json
import sys
import tempfile

from selenium import webdriver
from selenium.webdriver.chrome.options import Options
from selenium.webdriver.chrome.service import Service
from selenium.webdriver.common.by import By
from selenium.webdriver.support.expected_conditions import staleness_of
from selenium.webdriver.support.ui import WebDriverWait

base, folder, pages = sys.argv[1], sys.argv[2], sys.argv[3:]


def browser(profile, javascript=True):
    options = Options()
    options.binary_location = "/usr/bin/chromium"
    for flag in ("--headless=new", "--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage",
                 "--hide-scrollbars", "--user-data-dir=" + profile):
        options.add_argument(flag)
    options.set_capability("goog:loggingPrefs", {"browser": "ALL"})
    options.set_capability("unhandledPromptBehavior", "ignore")
    if not javascript:
        options.add_experimental_option(
            "prefs", {"profile.managed_default_content_settings.javascript": 2})
    driver = webdriver.Chrome(service=Service("/usr/bin/chromedriver"), options=options)
    driver.set_page_load_timeout(30)
    return driver


def dialog(driver):
    try:
        return driver.switch_to.alert.text
    except Exception:
        return None


def look(driver, found):
    for scheme in ("light", "dark"):
        driver.execute_cdp_cmd("Emulation.setEmulatedMedia", {
            "features": [{"name": "prefers-color-scheme", "value": scheme}]})
        for width in (360, 768, 1440):
            driver.execute_cdp_cmd("Emulation.setDeviceMetricsOverride", {
                "width": width, "height": 1000, "deviceScaleFactor": 1, "mobile": width < 500})
            for page in pages:
                driver.get(base + page)
                name = page.strip("/").split("/")[0].split("?")[0] or "overview"
                name = "message" if page.startswith("/messages/") else name
                excess = driver.execute_script(
                    "return document.documentElement.scrollWidth - window.innerWidth")
                if excess > 0:
                    found["overflows"].append("%s at %d: %d" % (page, width, excess))
                if dialog(driver):
                    found["dialogs"].append(page)
                driver.save_screenshot("%s/%s-%d-%s.png" % (folder, name, width, scheme))
                found["console"] += ["%s: %s" % (page, entry["message"])
                                     for entry in driver.get_log("browser")]


def click(driver, label):
    """Clicks a button and waits for the page it leads to."""
    button = [b for b in driver.find_elements(By.TAG_NAME, "button") if b.text.startswith(label)]
    button[0].click()
    WebDriverWait(driver, 30).until(staleness_of(button[0]))


def act(driver, found):
    driver.execute_cdp_cmd("Emulation.clearDeviceMetricsOverride", {})
    driver.get(base + pages[-1])
    found["heading"] = driver.find_element(By.TAG_NAME, "h1").text
    found["injected"] = len(driver.find_elements(By.CSS_SELECTOR, "main script, main img"))
    click(driver, "Retry")
    found["notice"] = driver.find_element(By.CLASS_NAME, "notice").text
    click(driver, "Remove")
    found["question"] = driver.find_element(By.TAG_NAME, "h1").text


found = {"overflows": [], "dialogs": [], "console": [], "withoutScript": {}}
with tempfile.TemporaryDirectory() as profile:
    driver = browser(profile)
    try:
        look(driver, found)
        act(driver, found)
    finally:
        driver.quit()
with tempfile.TemporaryDirectory() as profile:
    driver = browser(profile, javascript=False)
    try:
        for page in pages:
            driver.get(base + page)
            found["withoutScript"][page] = driver.find_element(By.TAG_NAME, "h1").text
    finally:
        driver.quit()
print(json.dumps(found))
