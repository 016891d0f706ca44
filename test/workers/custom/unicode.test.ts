/**
 * What decides by Unicode properties, once more inside workerd: its V8 is another than Node's, and
 * has read a regular expression differently before.
 */
import '../../unit/shell/visible.test.ts'
import '../../unit/shell/budget.test.ts'
import '../../unit/shell/body.test.ts'
import '../../unit/audit/redact.test.ts'
