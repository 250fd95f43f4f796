/*
 * Keeps the vendored OpenSSL from loading a configuration.
 *
 * At its first use OpenSSL reads the file that OPENSSL_CONF names, or openssl.cnf in a directory
 * that was fixed when it was built, /usr/local/ssl, which other users of the machine may be able to
 * write. That file may name modules to load, which then run in the process that holds private keys,
 * and properties meant for the system's own OpenSSL, with which a right passphrase opens nothing.
 *
 * OpenSSL decides once in a process whether it loads a configuration, and the first call wins. A
 * constructor is ahead of every other call. The Rust bindings offer no safe function for it.
 */
#include <stdint.h>

/* From openssl/crypto.h, whose directory a build script cannot know. */
#define OPENSSL_INIT_NO_LOAD_CONFIG UINT64_C(0x00000080)
#define OPENSSL_INIT_NO_ATEXIT UINT64_C(0x00080000)
int OPENSSL_init_crypto(uint64_t options, const void *settings);

static void load_no_configuration(void)
{
    (void)OPENSSL_init_crypto(OPENSSL_INIT_NO_LOAD_CONFIG | OPENSSL_INIT_NO_ATEXIT, 0);
}

#if defined(_MSC_VER)
#pragma section(".CRT$XCU", read)
__declspec(allocate(".CRT$XCU")) void (*const jwtctl_openssl)(void) = load_no_configuration;
#else
__attribute__((constructor)) static void jwtctl_openssl(void)
{
    load_no_configuration();
}
#endif
