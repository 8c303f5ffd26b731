#!/bin/sh
# Tries ./script/demo --no-serve as a new user would: a clean clone of HEAD, an empty home, no environment of ours.
#   sh script/demo_from_clean_clone.sh FOLDER
set -eu
source=$(cd "$(dirname "$0")/.." && pwd)
git clone --quiet --no-hardlinks "$source" "$1"
mkdir "$1.home"
# How pip reaches its registry is the machine's affair and stays.
if [ -z "${PIP_CONFIG_FILE:-}" ] && [ -f "$HOME/.config/pip/pip.conf" ]; then
    PIP_CONFIG_FILE="$HOME/.config/pip/pip.conf"
    export PIP_CONFIG_FILE
fi
cd "$1"
unset VIRTUAL_ENV PYTHONPATH DATABASE_URL DJANGO_SETTINGS_MODULE GANGMU_DIR
export HOME="$1.home" XDG_CACHE_HOME="$1.home/.cache"
./script/demo --no-serve </dev/null
test -s demo/年度工作报告.docx
.venv/bin/gangmu verify demo/年度工作报告.docx --dir demo --json > "$1.bound"
bound=$(wc -l < "$1.bound")
echo "bound numbers in the report: $bound"
test "$bound" -ge 100
left=$(git status --porcelain)
test -z "$left" || { echo "the demo left files that git sees: $left"; exit 1; }
