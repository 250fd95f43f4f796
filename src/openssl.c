/*
 * How the vendored OpenSSL is begun: without a configuration. And what of it is linked into the
 * program: the algorithms that jwtctl uses it for.
 *
 * The linker takes the functions of this file instead of OpenSSL's own, and leaves out what only
 * those refer to. They are fitted to the inside of one version of OpenSSL, which Cargo.toml names. The
 * library leaves OpenSSL whole, as other parts of its program may use it.
 */
#include <stddef.h>

#include <openssl/core_dispatch.h>
#include <openssl/core_names.h>
#include <openssl/crypto.h>
#include <openssl/opensslv.h>
#include <openssl/types.h>

/*
 * The first use. By itself OpenSSL reads the file that OPENSSL_CONF names, or openssl.cnf in a
 * directory that was fixed when it was built, /usr/local/ssl, which other users of the machine may be
 * able to write. That file may name modules to load, which then run in the process that holds private
 * keys, and properties meant for the system's own OpenSSL, with which a right passphrase opens nothing.
 *
 * OpenSSL decides once in a process whether it loads a configuration, and the first call wins. For the
 * program that is openssl::init() of the Rust bindings, which core::key::backend calls before anything
 * else, and which comes down to OPENSSL_init_ssl; with this one libssl is left out, whose TLS nobody
 * uses here. In the library a constructor is ahead of every other call.
 */
static int begin(void)
{
    return OPENSSL_init_crypto(OPENSSL_INIT_NO_LOAD_CONFIG | OPENSSL_INIT_NO_ATEXIT, NULL);
}

#ifndef JWTCTL_PROGRAM
#if defined(_MSC_VER)
static void begin_early(void)
{
    (void)begin();
}
#pragma section(".CRT$XCU", read)
__declspec(allocate(".CRT$XCU")) void (*const jwtctl_openssl)(void) = begin_early;
#else
__attribute__((constructor)) static void jwtctl_openssl(void)
{
    (void)begin();
}
#endif
#else
#if OPENSSL_VERSION_NUMBER != 0x30600030L
#error "what follows is fitted to OpenSSL 3.6.3"
#endif

#if defined(__x86_64__) && defined(__linux__) && !defined(__ILP32__)
/*
 * What the processor can. OpenSSL asks in every process, from the section .init, which is ahead of all
 * constructors; on a virtual machine each CPUID instruction ends up at the hypervisor, and takes some
 * microseconds. Here that call returns at once, and the one counts that OpenSSL makes, once in a process,
 * when it begins. OpenSSL's function reads the variable OPENSSL_ia32cap as well; this one does not.
 */
extern unsigned int OPENSSL_ia32cap_P[];
uint64_t OPENSSL_ia32_cpuid(unsigned int *found);
static int started;

__attribute__((constructor)) static void start(void)
{
    started = 1;
}

void OPENSSL_cpuid_setup(void)
{
    static int asked;

    if (!started || asked)
        return;
    asked = 1;
    uint64_t found = OPENSSL_ia32_cpuid(OPENSSL_ia32cap_P);
    /* The bit is reserved; with it OpenSSL marks that it has asked. */
    OPENSSL_ia32cap_P[0] = (unsigned int)found | 1u << 10;
    OPENSSL_ia32cap_P[1] = (unsigned int)(found >> 32);
}
#endif

int OPENSSL_init_ssl(uint64_t options, const OPENSSL_INIT_SETTINGS *settings)
{
    (void)options;
    (void)settings;
    return begin();
}

/*
 * The algorithms. OpenSSL's default provider has some six hundred tables of functions, each of them
 * full of addresses, which every start of the program would have to adjust. This one has what
 * core::key::backend asks for, and what that in turn needs. A key in DER is read by the functions that
 * OpenSSL falls back on where a provider has no decoders.
 */
#define ROW(names, functions) { names, "provider=default", functions, NULL }
#define END { NULL, NULL, NULL, NULL }

#define TABLE(name) extern const OSSL_DISPATCH name[]
TABLE(ossl_sha1_functions);
TABLE(ossl_sha256_functions);
TABLE(ossl_sha384_functions);
TABLE(ossl_sha512_functions);
TABLE(ossl_shake_128_functions);
TABLE(ossl_shake_256_functions);
TABLE(ossl_aes256ecb_functions);
TABLE(ossl_aes256ctr_functions);
TABLE(ossl_drbg_ctr_functions);
TABLE(ossl_seed_src_functions);
TABLE(ossl_rsa_keymgmt_functions);
TABLE(ossl_ec_keymgmt_functions);
TABLE(ossl_x448_keymgmt_functions);
TABLE(ossl_ed448_keymgmt_functions);
TABLE(ossl_ml_dsa_44_keymgmt_functions);
TABLE(ossl_ml_dsa_65_keymgmt_functions);
TABLE(ossl_ml_dsa_87_keymgmt_functions);
TABLE(ossl_x448_keyexch_functions);
TABLE(ossl_rsa_signature_functions);
TABLE(ossl_ecdsa_signature_functions);
TABLE(ossl_ed448_signature_functions);
TABLE(ossl_ml_dsa_44_signature_functions);
TABLE(ossl_ml_dsa_65_signature_functions);
TABLE(ossl_ml_dsa_87_signature_functions);
TABLE(ossl_rsa_asym_cipher_functions);

static const OSSL_ALGORITHM digests[] = {
    ROW("SHA1:SHA-1:1.3.14.3.2.26", ossl_sha1_functions),
    ROW("SHA2-256:SHA-256:SHA256:2.16.840.1.101.3.4.2.1", ossl_sha256_functions),
    ROW("SHA2-384:SHA-384:SHA384:2.16.840.1.101.3.4.2.2", ossl_sha384_functions),
    ROW("SHA2-512:SHA-512:SHA512:2.16.840.1.101.3.4.2.3", ossl_sha512_functions),
    ROW("SHAKE-128:SHAKE128:2.16.840.1.101.3.4.2.11", ossl_shake_128_functions),
    ROW("SHAKE-256:SHAKE256:2.16.840.1.101.3.4.2.12", ossl_shake_256_functions),
    END
};

/* For the random generator alone. */
static const OSSL_ALGORITHM ciphers[] = {
    ROW("AES-256-ECB:2.16.840.1.101.3.4.1.41", ossl_aes256ecb_functions),
    ROW("AES-256-CTR", ossl_aes256ctr_functions),
    END
};

static const OSSL_ALGORITHM generators[] = {
    ROW("CTR-DRBG", ossl_drbg_ctr_functions),
    ROW("SEED-SRC", ossl_seed_src_functions),
    END
};

static const OSSL_ALGORITHM keys[] = {
    ROW("RSA:rsaEncryption:1.2.840.113549.1.1.1", ossl_rsa_keymgmt_functions),
    ROW("EC:id-ecPublicKey:1.2.840.10045.2.1", ossl_ec_keymgmt_functions),
    ROW("X448:1.3.101.111", ossl_x448_keymgmt_functions),
    ROW("ED448:1.3.101.113", ossl_ed448_keymgmt_functions),
    ROW("ML-DSA-44:MLDSA44:2.16.840.1.101.3.4.3.17:id-ml-dsa-44", ossl_ml_dsa_44_keymgmt_functions),
    ROW("ML-DSA-65:MLDSA65:2.16.840.1.101.3.4.3.18:id-ml-dsa-65", ossl_ml_dsa_65_keymgmt_functions),
    ROW("ML-DSA-87:MLDSA87:2.16.840.1.101.3.4.3.19:id-ml-dsa-87", ossl_ml_dsa_87_keymgmt_functions),
    END
};

static const OSSL_ALGORITHM exchanges[] = {
    ROW("X448:1.3.101.111", ossl_x448_keyexch_functions),
    END
};

static const OSSL_ALGORITHM signatures[] = {
    ROW("RSA:rsaEncryption:1.2.840.113549.1.1.1", ossl_rsa_signature_functions),
    ROW("ECDSA", ossl_ecdsa_signature_functions),
    ROW("ED448:1.3.101.113", ossl_ed448_signature_functions),
    ROW("ML-DSA-44:MLDSA44:2.16.840.1.101.3.4.3.17:id-ml-dsa-44", ossl_ml_dsa_44_signature_functions),
    ROW("ML-DSA-65:MLDSA65:2.16.840.1.101.3.4.3.18:id-ml-dsa-65", ossl_ml_dsa_65_signature_functions),
    ROW("ML-DSA-87:MLDSA87:2.16.840.1.101.3.4.3.19:id-ml-dsa-87", ossl_ml_dsa_87_signature_functions),
    END
};

static const OSSL_ALGORITHM encryptions[] = {
    ROW("RSA:rsaEncryption:1.2.840.113549.1.1.1", ossl_rsa_asym_cipher_functions),
    END
};

static const OSSL_ALGORITHM *query(void *context, int operation, int *no_cache)
{
    (void)context;
    *no_cache = 0;
    switch (operation) {
    case OSSL_OP_DIGEST:
        return digests;
    case OSSL_OP_CIPHER:
        return ciphers;
    case OSSL_OP_RAND:
        return generators;
    case OSSL_OP_KEYMGMT:
        return keys;
    case OSSL_OP_KEYEXCH:
        return exchanges;
    case OSSL_OP_SIGNATURE:
        return signatures;
    case OSSL_OP_ASYM_CIPHER:
        return encryptions;
    default:
        return NULL;
    }
}

/* What the functions of those tables take for a provider: OpenSSL's own kind. */
typedef struct prov_ctx_st PROV_CTX;
PROV_CTX *ossl_prov_ctx_new(void);
void ossl_prov_ctx_free(PROV_CTX *context);
void ossl_prov_ctx_set0_libctx(PROV_CTX *context, OSSL_LIB_CTX *library);
void ossl_prov_ctx_set0_handle(PROV_CTX *context, const OSSL_CORE_HANDLE *handle);
void ossl_prov_ctx_set0_core_get_params(PROV_CTX *context, OSSL_FUNC_core_get_params_fn *get_params);
int ossl_prov_seeding_from_dispatch(const OSSL_DISPATCH *functions);

static void teardown(void *context)
{
    ossl_prov_ctx_free(context);
}

static const OSSL_DISPATCH provider[] = {
    { OSSL_FUNC_PROVIDER_TEARDOWN, (void (*)(void))teardown },
    { OSSL_FUNC_PROVIDER_QUERY_OPERATION, (void (*)(void))query },
    { 0, NULL }
};

int ossl_default_provider_init(const OSSL_CORE_HANDLE *handle, const OSSL_DISPATCH *functions,
    const OSSL_DISPATCH **out, void **context)
{
    OSSL_FUNC_core_get_libctx_fn *get_library = NULL;
    OSSL_FUNC_core_get_params_fn *get_params = NULL;
    const OSSL_DISPATCH *function;
    PROV_CTX *made;

    if (!ossl_prov_seeding_from_dispatch(functions))
        return 0;
    for (function = functions; function->function_id != 0; function++) {
        if (function->function_id == OSSL_FUNC_CORE_GET_LIBCTX)
            get_library = OSSL_FUNC_core_get_libctx(function);
        if (function->function_id == OSSL_FUNC_CORE_GET_PARAMS)
            get_params = OSSL_FUNC_core_get_params(function);
    }
    if (get_library == NULL || (made = ossl_prov_ctx_new()) == NULL)
        return 0;
    ossl_prov_ctx_set0_libctx(made, (OSSL_LIB_CTX *)get_library(handle));
    ossl_prov_ctx_set0_handle(made, handle);
    ossl_prov_ctx_set0_core_get_params(made, get_params);
    *context = made;
    *out = provider;
    return 1;
}

/* The other providers, which nobody loads. */
static int none(const OSSL_DISPATCH **out)
{
    *out = NULL;
    return 0;
}

int ossl_base_provider_init(const OSSL_CORE_HANDLE *handle, const OSSL_DISPATCH *functions,
    const OSSL_DISPATCH **out, void **context)
{
    (void)handle, (void)functions, (void)context;
    return none(out);
}

int ossl_legacy_provider_init(const OSSL_CORE_HANDLE *handle, const OSSL_DISPATCH *functions,
    const OSSL_DISPATCH **out, void **context)
{
    (void)handle, (void)functions, (void)context;
    return none(out);
}

/*
 * Names of ciphers and digests from before there were providers, and messages: none is asked for by its
 * name, and no message of a library that has seen secrets is shown.
 */
void openssl_add_all_ciphers_int(void)
{
}

void openssl_add_all_digests_int(void)
{
}

int ossl_err_load_crypto_strings(void)
{
    return 1;
}

int ossl_err_load_SSL_strings(void)
{
    return 1;
}
#endif
