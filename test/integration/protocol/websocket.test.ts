import { protocolSuite } from '../../support/protocol-suite.ts';
import { openWebSocketHost } from '../../support/protocol-hosts.ts';

protocolSuite('WebSocket', openWebSocketHost);
