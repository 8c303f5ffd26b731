# Sourced by the scripts: one virtual environment in .venv, installed once for each state of pyproject.toml.

# find_python: prints a Python of 3.11 or newer, or says what is missing.
find_python() {
    for candidate in "${PYTHON:-}" python3 python3.14 python3.13 python3.12 python3.11 python; do
        [ -n "$candidate" ] || continue
        if "$candidate" -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null; then
            echo "$candidate"
            return
        fi
    done
    echo "Python 3.11 or newer is needed 需要 Python 3.11 或更新版本 (set PYTHON=/path/to/python3)" >&2
    return 1
}

# environment_for WHAT: installs the project with the named extras into .venv unless that has been done already.
environment_for() {
    stamp=".venv/.installed-$(echo "$1" | tr -dc 'a-z')"
    if [ -e "$stamp" ] && [ "$stamp" -nt pyproject.toml ]; then
        return
    fi
    if [ ! -x .venv/bin/python ]; then
        python=$(find_python)
        "$python" -m venv .venv || {
            echo "Python's venv is missing 缺少 venv 模块 (Debian: apt-get install python3-venv)" >&2
            return 1
        }
    fi
    echo "Installing into .venv 正在安装运行环境……" >&2
    .venv/bin/python -m pip install --quiet --disable-pip-version-check --editable "$1" >&2
    touch "$stamp"
}
