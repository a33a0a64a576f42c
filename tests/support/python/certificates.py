"""Authorities and certificates for tests, made with openssl."""

import datetime
import pathlib
import subprocess


def _openssl(*arguments):
    subprocess.run(["openssl", *map(str, arguments)], check=True, capture_output=True, timeout=60)


class Authority:
    """A certificate authority in a folder of its own."""

    def __init__(self, folder, name):
        self.folder = pathlib.Path(folder) / name
        self.folder.mkdir()
        self.certificate = self.folder / "ca.pem"
        self._key = self.folder / "ca.key"
        self._serial = 0
        _openssl("req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1",
                 "-nodes", "-keyout", self._key, "-out", self.certificate, "-days", "30",
                 "-subj", f"/CN={name}", "-addext", "basicConstraints=critical,CA:TRUE")

    def issue(self, name, names=("IP:127.0.0.1", "DNS:localhost"), expired=False):
        """(certificate, key) as files; `name` is the common name."""
        self._serial += 1
        base = self.folder / f"{name}-{self._serial}"
        key, request, certificate, extensions = (base.with_suffix(suffix) for suffix in
                                                 (".key", ".csr", ".pem", ".ext"))
        extensions.write_text(f"subjectAltName={','.join(names)}\n" if names else "\n")
        _openssl("req", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes",
                 "-keyout", key, "-out", request, "-subj", f"/CN={name}")
        if expired:
            # `x509 -days` counts from now; `ca` takes dates.
            (self.folder / "index.txt").write_text("")
            (self.folder / "serial").write_text(f"{0x1000 + self._serial:X}\n")
            config = self.folder / "ca.cnf"
            config.write_text(
                "[ca]\ndefault_ca=d\n[d]\n"
                f"database={self.folder}/index.txt\nserial={self.folder}/serial\n"
                f"new_certs_dir={self.folder}\ndefault_md=sha256\npolicy=p\n"
                "[p]\ncommonName=supplied\n")
            now = datetime.datetime.now(datetime.timezone.utc)
            _openssl("ca", "-batch", "-config", config, "-cert", self.certificate, "-keyfile",
                     self._key, "-in", request, "-out", certificate, "-notext",
                     "-extfile", extensions,
                     "-startdate", (now - datetime.timedelta(days=10)).strftime("%Y%m%d%H%M%SZ"),
                     "-enddate", (now - datetime.timedelta(days=1)).strftime("%Y%m%d%H%M%SZ"))
        else:
            _openssl("x509", "-req", "-in", request, "-CA", self.certificate, "-CAkey", self._key,
                     "-set_serial", 0x1000 + self._serial, "-days", "20", "-extfile", extensions,
                     "-out", certificate)
        return certificate, key
