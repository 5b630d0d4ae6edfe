// SPDX-License-Identifier: Apache-2.0
#include "httpd/audit_log.hpp"

#include "httpd/pool.hpp"
#include "httpd/service.hpp"

namespace uzmfa {
namespace {

// The users' names and addresses are not for everybody.
constexpr apr_fileperms_t mode = APR_FPROT_UREAD | APR_FPROT_UWRITE | APR_FPROT_GREAD;

int complain(server_rec* server, apr_status_t status, const char* log) {
    ap_log_error(APLOG_MARK, APLOG_EMERG | APLOG_STARTUP, status, server, "UZMFA1094 UzmfaAuditLog: %s cannot be opened", log);
    return HTTP_INTERNAL_SERVER_ERROR;
}

apr_status_t open_log(apr_pool_t* pool, const char* log, apr_file_t*& opened) {
    if (*log != '|') return apr_file_open(&opened, log, APR_WRITE | APR_APPEND | APR_CREATE | APR_LARGEFILE, mode, pool);
    piped_log* const program = ap_open_piped_log(pool, log + 1);
    if (!program) return APR_EGENERAL;
    opened = ap_piped_log_write_fd(program);
    return APR_SUCCESS;
}

// Virtual hosts that name the same log share it: a program runs once.
apr_file_t* opened_before(server_rec* main, const server_rec* server, std::string_view log) {
    for (const auto* other = main; other != server; other = other->next) {
        const Service* const service = site_settings(const_cast<server_rec*>(other)).service;
        if (service && service->site().audit_log == log) return service->audit_log();
    }
    return nullptr;
}

}  // namespace

int open_audit_logs(apr_pool_t* config, apr_pool_t*, apr_pool_t*, server_rec* main) noexcept {
    for (server_rec* server = main; server; server = server->next) {
        auto* const service = const_cast<Service*>(site_settings(server).service);
        if (!service || service->site().audit_log.empty()) continue;
        const char* const log = copy_in(config, service->site().audit_log);
        apr_file_t* opened = opened_before(main, server, log);
        if (!opened) {
            const apr_status_t status = open_log(config, log, opened);
            if (status != APR_SUCCESS) return complain(server, status, log);
        }
        service->keep_audit_log(opened);
    }
    return OK;
}

void write_audit_line(server_rec* server, const Service& service, const AuditEntry& entry) {
    if (!service.audit_log()) return;
    const std::string line = audit_line(entry);
    apr_size_t length = line.size();
    const apr_status_t status = apr_file_write(service.audit_log(), line.data(), &length);
    if (status == APR_SUCCESS && length == line.size()) return;
    service.memory().lost_audit_lines.add();
    const bool is_loud = service.memory().may_raise(NodeMemory::Alarm::audit_log, entry.at);
    ap_log_error(APLOG_MARK, is_loud ? APLOG_ERR : APLOG_INFO, status, server, "UZMFA1111 the audit log takes no %s",
                 entry.event.name.c_str());
}

}  // namespace uzmfa
