window.erp = {};
