// Memory that nothing needs any more goes back to the system.
#pragma once
#include <link.h>
#include <malloc.h>
#include <node_api.h>
#include <sys/mman.h>
#include <unistd.h>

#include <cstring>

// Drops the resident pages of TensorFlow's libraries that are as they are in the file: code and constants, of which
// loading and compiling touch hundreds of megabytes once. A page that is needed again comes from the page cache.
static int DropFilePages(dl_phdr_info *library, size_t, void *) {
  if (strstr(library->dlpi_name, "libtensorflow") == nullptr) return 0;
  const uintptr_t page = sysconf(_SC_PAGESIZE);
  for (int i = 0; i < library->dlpi_phnum; i++) {
    const ElfW(Phdr) &segment = library->dlpi_phdr[i];
    // What is or was writable holds relocated addresses, which the file does not have.
    if (segment.p_type != PT_LOAD || (segment.p_flags & PF_W)) continue;
    const uintptr_t begin = (library->dlpi_addr + segment.p_vaddr) & ~(page - 1);
    const uintptr_t end = library->dlpi_addr + segment.p_vaddr + segment.p_memsz;
    madvise(reinterpret_cast<void *>(begin), end - begin, MADV_DONTNEED);
  }
  return 0;
}

// releaseMemory()
static napi_value ReleaseMemory(napi_env, napi_callback_info) {
  dl_iterate_phdr(DropFilePages, nullptr);
  malloc_trim(0);  // XLA's compiler leaves tens of megabytes free inside the heap
  return nullptr;
}
