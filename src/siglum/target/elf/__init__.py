"""Small deterministic ELF64 little-endian x86-64 files: writers and a reader.

Imports `errors` alone; `host` and the faces may import it.
"""

from siglum.target.elf.executable import write_executable
from siglum.target.elf.objects import write_object
from siglum.target.elf.reader import ElfCode, read_elf_code
from siglum.target.elf.shared import write_shared

__all__ = ["ElfCode", "read_elf_code", "write_executable", "write_object", "write_shared"]
