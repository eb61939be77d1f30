#!/usr/bin/env node
require('./runCommand.cjs')('modelopsAudit');
