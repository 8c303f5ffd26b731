"""Django settings of one district, taken from its folder (`GANGMU_DIR`, default the current one)."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

import dj_database_url

from gangmu.config import district as district_folder

PACKAGE = Path(__file__).resolve().parent.parent

DISTRICT = district_folder.load(Path(os.environ.get("GANGMU_DIR", ".")).resolve())
GANGMU_TODAY = DISTRICT.today

SECRET_KEY = os.environ.get("GANGMU_SECRET_KEY") or (
    district_folder.secret_key(DISTRICT.keys)
    if (DISTRICT.folder / "gangmu.toml").exists()
    else "no-district-yet"
)
DEBUG = False
ALLOWED_HOSTS = list(DISTRICT.allowed_hosts)

INSTALLED_APPS = [
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.staticfiles",
    "gangmu.org",
    "gangmu.records",
    "gangmu.web",
    "gangmu.scoring",
    "gangmu.ledgers",
    "gangmu.figures",
    "gangmu.goals",
    "gangmu.drive",
    "gangmu.assessment",
    "gangmu.reports",
    "gangmu.portal",
]

MIDDLEWARE = [
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "gangmu.web.middleware.chosen_language",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "gangmu.web.middleware.content_security_policy",
]

ROOT_URLCONF = "gangmu.config.urls"
WSGI_APPLICATION = "gangmu.config.wsgi.application"

TEMPLATES: list[dict[str, Any]] = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.template.context_processors.i18n",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
                "gangmu.portal.masthead.masthead",
            ],
        },
    }
]

DATABASES: dict[str, Any] = {"default": dj_database_url.parse(DISTRICT.database, conn_max_age=60)}
if DATABASES["default"]["ENGINE"] == "django.db.backends.sqlite3":
    # Mapped into memory, the file's pages are read without a call and a copy each: a third off every scan (decision 0001).
    DATABASES["default"]["OPTIONS"] = {
        "init_command": "PRAGMA journal_mode=WAL; PRAGMA foreign_keys=ON; PRAGMA synchronous=NORMAL; "
        "PRAGMA mmap_size=2147418112;",
        "timeout": 20,
        "transaction_mode": "IMMEDIATE",
    }

DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"
AUTH_USER_MODEL = "org.User"
AUTH_PASSWORD_VALIDATORS = [
    {
        "NAME": "django.contrib.auth.password_validation.MinimumLengthValidator",
        "OPTIONS": {"min_length": 12},
    },
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
]
LOGIN_URL = "/sign-in/"
LOGIN_REDIRECT_URL = "/"
SESSION_COOKIE_HTTPONLY = True
SESSION_COOKIE_AGE = 12 * 3600
SESSION_COOKIE_SAMESITE = "Lax"
X_FRAME_OPTIONS = "DENY"
SECURE_CONTENT_TYPE_NOSNIFF = True

LANGUAGE_CODE = DISTRICT.language
LANGUAGES = [("zh-hans", "中文"), ("en", "English")]
LOCALE_PATHS = [PACKAGE / "locale"]
USE_I18N = True
TIME_ZONE = "Asia/Shanghai"
USE_TZ = True

STATIC_URL = "/static/"
WHITENOISE_USE_FINDERS = True

DATA_UPLOAD_MAX_MEMORY_SIZE = 20 * 1024 * 1024
