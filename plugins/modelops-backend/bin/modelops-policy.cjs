#!/usr/bin/env node
require('./runCommand.cjs')('modelopsPolicy');
