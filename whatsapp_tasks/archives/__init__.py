"""Session archives as files.

A file is one line that names the format, one line of JSON in clear (``ArchiveHeader``), and the encrypted
part: a tar of regular files, compressed by zstd, encrypted by age (https://age-encryption.org/v1). ``age -d``
opens what follows the second line. The key is an age identity.
"""
