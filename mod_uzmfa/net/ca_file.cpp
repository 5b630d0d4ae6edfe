// SPDX-License-Identifier: Apache-2.0
#include "net/ca_file.hpp"

#include <openssl/bio.h>
#include <openssl/err.h>
#include <openssl/pem.h>
#include <openssl/x509.h>

#include <memory>

namespace uzmfa {

std::string complaint_about_ca_file(const std::string& path) {
    const std::unique_ptr<BIO, decltype(&BIO_free)> file{BIO_new_file(path.c_str(), "r"), BIO_free};
    const std::unique_ptr<X509, decltype(&X509_free)> first{
        file ? PEM_read_bio_X509(file.get(), nullptr, nullptr, nullptr) : nullptr, X509_free};
    ERR_clear_error();  // httpd's other modules look at the same queue
    if (!file) return path + " cannot be read";
    return first ? "" : path + " holds no certificate in PEM";
}

}  // namespace uzmfa
