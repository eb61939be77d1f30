/** An entry of Cloud Logging. Source: google/logging/v2/log_entry.proto. */
export interface LogEntry {
  logName: string;
  resource: { type: string; labels: Record<string, string> };
  /** RFC 3339. */
  timestamp: string;
  receiveTimestamp: string;
  severity: 'DEFAULT' | 'INFO' | 'WARNING' | 'ERROR';
  insertId: string;
  textPayload?: string;
  jsonPayload?: Record<string, unknown>;
  labels?: Record<string, string>;
}
