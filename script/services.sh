# Sourced by script/test: Debian packages and a PostgreSQL server of our own, on a free port, in a folder that goes away.

PACKAGES="postgresql chromium fonts-noto-cjk libreoffice-writer-nogui poppler-utils openjdk-17-jre-headless"

# missing_packages: the Debian packages whose program or font is not there.
missing_packages() {
    postgresql_programs >/dev/null 2>&1 || echo postgresql
    command -v chromium >/dev/null || echo chromium
    fc-list :lang=zh 2>/dev/null | grep -q . || echo fonts-noto-cjk
    command -v soffice >/dev/null || echo libreoffice-writer-nogui
    command -v pdftoppm >/dev/null || echo poppler-utils
    command -v java >/dev/null || echo openjdk-17-jre-headless
}

# need_debian_packages: installs what is missing when root or sudo allows it, otherwise says exactly what to install.
need_debian_packages() {
    missing=$(missing_packages | tr '\n' ' ')
    [ -n "$missing" ] || return 0
    if command -v apt-get >/dev/null && { [ "$(id -u)" = 0 ] || sudo -n true 2>/dev/null; }; then
        as_root=""
        [ "$(id -u)" = 0 ] || as_root="sudo -n"
        echo "Installing Debian packages 正在安装系统软件包: $missing" >&2
        $as_root apt-get update -qq >&2
        # shellcheck disable=SC2086
        $as_root env DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends $missing >/dev/null
        missing=$(missing_packages | tr '\n' ' ')
        [ -n "$missing" ] || return 0
    fi
    echo "Missing for the tests 缺少测试所需的软件包: $missing" >&2
    echo "Install them, for instance 请安装，例如: apt-get install $missing" >&2
    return 1
}

# postgresql_programs: prints the folder of initdb and pg_ctl, newest first.
postgresql_programs() {
    if command -v initdb >/dev/null; then
        dirname "$(command -v initdb)"
        return
    fi
    ls -d /usr/lib/postgresql/*/bin 2>/dev/null | sort -Vr | head -1 | grep .
}

# as_postgres COMMAND…: PostgreSQL refuses to run as root.
as_postgres() {
    if [ "$(id -u)" = 0 ]; then
        runuser -u postgres -- "$@"
    else
        "$@"
    fi
}

# start_postgresql FOLDER: starts a server there and sets POSTGRESQL_URL.
start_postgresql() {
    bin=$(postgresql_programs)
    port=$(.venv/bin/python -c 'import socket; s = socket.socket(); s.bind(("127.0.0.1", 0)); print(s.getsockname()[1])')
    mkdir -p "$1"
    if [ "$(id -u)" = 0 ]; then
        chmod 755 "$(dirname "$1")"
        chown postgres "$1"
    fi
    as_postgres "$bin/initdb" -D "$1/data" -U gangmu -A trust -E UTF8 --locale=C.UTF-8 >/dev/null
    as_postgres "$bin/pg_ctl" -D "$1/data" -w -l "$1/log" \
        -o "-c listen_addresses=127.0.0.1 -p $port -k $1 -c fsync=off -c full_page_writes=off" start >/dev/null
    POSTGRESQL_URL="postgresql://gangmu@127.0.0.1:$port/postgres"
}

# stop_postgresql FOLDER: stops the server started there, if any.
stop_postgresql() {
    [ -e "$1/data/postmaster.pid" ] || return 0
    as_postgres "$(postgresql_programs)/pg_ctl" -D "$1/data" -m immediate stop >/dev/null || true
}
