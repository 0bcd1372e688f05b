"""A zip file that is the same, byte by byte, whenever and wherever it is made."""

import zipfile


def pack(path, files):
    """Write a zip file.

    Parameters
    ----------
    path : Path
    files : dict
        What each file holds, str or bytes, by its name; what begins with ``#!`` can be
        executed.
    """
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, held in sorted(files.items()):
            data = held.encode() if isinstance(held, str) else held
            info = zipfile.ZipInfo(name)  # of 1980
            info.compress_type = zipfile.ZIP_DEFLATED
            info.create_system = 3  # Unix, so that the mode counts
            info.external_attr = (0o755 if data[:2] == b"#!" else 0o644) << 16
            archive.writestr(info, data)
