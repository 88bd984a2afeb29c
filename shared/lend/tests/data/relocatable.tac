
import os

from buildbot_worker.bot import Worker
from twisted.application import service

basedir = '.'
rotateLength = 10000000
maxRotatedFiles = 10

# if this is a relocatable tac file, get the directory containing the TAC
if basedir == '.':
    import os.path
    basedir = os.path.abspath(os.path.dirname(__file__))

# note: this line is matched against to check that this is a worker
# directory; do not edit it.
application = service.Application('buildbot-worker')

buildmaster_host = '::1'
port = 9
connection_string = None

workername = 'w1'
passwd = 'pw'
keepalive = 0
umask = None
maxdelay = 300
numcpus = 3
allow_shutdown = 'file'
maxretries = None
use_tls = 1
delete_leftover_dirs = 1
proxy_connection_string = 'tcp:host=proxy:port=3128'
protocol = 'msgpack_experimental_v7'

s = Worker(buildmaster_host, port, workername, passwd, basedir,
           keepalive, umask=umask, maxdelay=maxdelay,
           numcpus=numcpus, allow_shutdown=allow_shutdown,
           maxRetries=maxretries, protocol=protocol, useTls=use_tls,
           delete_leftover_dirs=delete_leftover_dirs,
           connection_string=connection_string,
           proxy_connection_string=proxy_connection_string)
s.setServiceParent(application)
