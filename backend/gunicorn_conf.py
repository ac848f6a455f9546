"""How gunicorn serves the web process; the supervisor adds --bind."""

from backend.logs import CONFIG

bind = "127.0.0.1:54323"
workers = 2
worker_class = "gthread"
threads = 8
timeout = 30
graceful_timeout = 10
control_socket_disable = True
logconfig_dict = CONFIG
